#include "cli/config.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "save.h"

/* Rules files are small; what is larger than this is none. */
#define CONFIG_SIZE_MAX ((size_t)64 << 20)

Config *config_read(const char *path, Configs *configs, Arena *arena, Findings *findings) {
    Config *config = arena_new(arena, Config);
    *vector_add(arena, configs) = config;
    config->path = arena_copy(arena, str_of(path)).data;
    FileStamp stamp;
    const char *problem = file_read(path, &config->text, &stamp);
    if (problem == NULL && config->text.size > CONFIG_SIZE_MAX) {
        problem = "is larger than 64 MiB, the most that a rules file may be";
    }
    if (problem != NULL) {
        finding_file_trouble(findings, str_of(config->path), arena_copy(arena, str_of(problem)));
        config->is_broken = true;
        return config;
    }
    size_t count = findings->list.count;
    config->source = source_of(str_of(config->path), buffer_str(&config->text), arena);
    source_place(&config->source,
                 (uint32_t)config->source.text.size); /* its table of lines is made now: later, threads share it */
    rules_load(&config->source, &config->rules, arena, findings);
    config->is_broken = findings->list.count > count;
    return config;
}

static Config *find_config(const Configs *configs, const char *path) {
    for (size_t i = 0; i < configs->count; i++) {
        if (strcmp(configs->items[i]->path, path) == 0) {
            return configs->items[i];
        }
    }
    return NULL;
}

/* With a slash at its end; empty when it cannot be told. */
static Str absolute_directory(Str directory, Arena *arena) {
    char absolute[PATH_MAX];
    if (realpath(arena_copy(arena, directory).data, absolute) == NULL) {
        return STR("");
    }
    return arena_format(arena, strcmp(absolute, "/") == 0 ? "%s" : "%s/", absolute);
}

static Config *search_upwards(Str directory, Configs *configs, Arena *arena, Findings *findings) {
    while (directory.size > 0) {
        Str path = arena_format(arena, "%.*s.smtpatch.ini", (int)directory.size, directory.data);
        Config *known = find_config(configs, path.data);
        if (known != NULL || access(path.data, F_OK) == 0) {
            return known ? known : config_read(path.data, configs, arena, findings);
        }
        directory.size--;
        while (directory.size > 0 && directory.data[directory.size - 1] != '/') {
            directory.size--;
        }
    }
    return NULL;
}

Config *config_for(const char *input, const char *stdin_name, ConfigSearch *search, Configs *configs, Arena *arena,
                   Findings *findings) {
    bool is_stdin = strcmp(input, "-") == 0;
    const char *name = !is_stdin ? input : stdin_name != NULL ? stdin_name : "";
    Str directory = file_directory(name);
    if (!str_equal(directory, search->directory)) {
        Str from = absolute_directory(directory, arena);
        *search = (ConfigSearch){directory, search_upwards(from, configs, arena, findings)};
    }
    return search->found;
}

void configs_free(Configs *configs) {
    for (size_t i = 0; i < configs->count; i++) {
        composer_free(&configs->items[i]->rules.composer);
        buffer_free(&configs->items[i]->text);
    }
    configs->count = 0;
}
