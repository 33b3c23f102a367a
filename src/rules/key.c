#include "rules/key.h"

typedef struct KeyName {
    Str connector, name, key;
} KeyName;

/* Flink CDC 3.6: PostgresSourceOptions, MySqlSourceOptions, OceanBaseMySqlTableSourceFactory. The publication is
 * Debezium's own property. */
static const KeyName short_keys[] = {
    {STR("postgres-cdc"), STR("slot"), STR("slot.name")},
    {STR("postgres-cdc"), STR("publication"), STR("debezium.publication.name")},
    {STR("postgres-cdc"), STR("heartbeat"), STR("heartbeat.interval.ms")},
    {STR("mysql-cdc"), STR("heartbeat"), STR("heartbeat.interval")},
    {STR("oceanbase-cdc"), STR("heartbeat"), STR("heartbeat.interval")},
};

static const KeyName right_keys[] = {
    {STR("postgres-cdc"), STR("publication.name"), STR("debezium.publication.name")},
};

static Str find(const KeyName *names, size_t count, Str name, Str connector) {
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i].name, name) && str_equal(names[i].connector, connector)) {
            return names[i].key;
        }
    }
    return STR("");
}

Str short_key(Str name, Str connector) {
    return find(short_keys, sizeof short_keys / sizeof *short_keys, name, connector);
}

Str right_key(Str key, Str connector) {
    Str right = find(right_keys, sizeof right_keys / sizeof *right_keys, key, connector);
    return right.size > 0 ? right : key;
}
