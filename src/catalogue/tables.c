#include "catalogue/tables.h"

#include <math.h>

#include "catalogue_tables.inc"
