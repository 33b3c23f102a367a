#include "cli/lookup.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "catalogue/print.h"
#include "checks/registry.h"
#include "report/formats.h"

static void print_list(Buffer *out) {
    for (size_t i = 0; check_at(i) != NULL; i++) {
        const CheckEntry *check = check_at(i);
        buffer_format(out, "%-34s %-8s %s\n", check->id, severity_name(check->severity), check->summary);
    }
}

bool print_explanation(const char *id, Arena *arena, Buffer *out, Str *problem) {
    if (id == NULL) {
        print_list(out);
        return true;
    }
    size_t index = check_index(str_of(id));
    const CheckEntry *check = check_at(index);
    if (check == NULL) {
        Str nearest = check_nearest(str_of(id));
        *problem = nearest.size > 0 ? arena_format(arena, "'%s' is no check; did you mean '%.*s'?", id,
                                                   (int)nearest.size, nearest.data)
                                    : arena_format(arena, "'%s' is no check; --explain alone lists them", id);
        return false;
    }
    buffer_format(out, "%s (%s): %s\n\n%s", check->id, severity_name(check->severity), check->summary, check->page);
    return true;
}

size_t terminal_width(void) {
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    size_t width = columns ? strtoul(columns, NULL, 10) : 0;
    if (width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        width = size.ws_col;
    }
    return width > 0 ? width : 80;
}

bool print_catalogue(const char *name, const Settings *settings, Arena *arena, Buffer *out, Str *problem) {
    const Connector *connector = name ? catalogue_connector(str_of(name)) : NULL;
    if (name != NULL && connector == NULL) {
        Str nearest = catalogue_nearest_connector(str_of(name));
        *problem =
            nearest.size > 0
                ? arena_format(arena, "'%s' is no connector that smtpatch knows; did you mean '%.*s'?", name,
                               (int)nearest.size, nearest.data)
                : arena_format(arena, "'%s' is no connector that smtpatch knows; --options alone lists them", name);
        return false;
    }
    if (settings->format == FORMAT_JSON) {
        catalogue_print_json(out, arena, connector, settings->file.release);
    } else {
        catalogue_print_text(out, arena, connector, settings->file.release, terminal_width());
    }
    return true;
}
