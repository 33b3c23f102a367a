#include "cli/completion.h"

#include "catalogue/catalogue.h"
#include "checks/registry.h"
#include "cli/arguments.h"
#include "emit/output.h"

/* ---- What may stand behind an option ----------------------------------------------------------------------------- */

static void add_word(Buffer *words, Str word) {
    buffer_format(words, "%s%.*s", words->size > 0 ? " " : "", (int)word.size, word.data);
}

static void add_outputs(Arena *arena, Buffer *words) {
    (void)arena;
    for (size_t i = 0; output_at(i) != NULL; i++) {
        add_word(words, str_of(output_at(i)->name));
    }
}

static void add_checks(Arena *arena, Buffer *words) {
    (void)arena;
    for (size_t i = 0; check_at(i) != NULL; i++) {
        add_word(words, str_of(check_at(i)->id));
    }
}

static void add_connectors(Arena *arena, Buffer *words) {
    (void)arena;
    for (size_t i = 0; catalogue_connector_at(i) != NULL; i++) {
        if (!catalogue_connector_at(i)->pipeline) {
            add_word(words, catalogue_connector_at(i)->name);
        }
    }
}

static void add_releases(Arena *arena, Buffer *words) {
    for (size_t i = 0; release_at(arena, LINE_FLINK_CDC, i).size > 0; i++) {
        add_word(words, release_at(arena, LINE_FLINK_CDC, i));
    }
}

static int by_text(const void *a, const void *b) { return str_compare(*(const Str *)a, *(const Str *)b); }

/* The options of all connectors of SQL, each once. */
static void add_keys(Arena *arena, Buffer *words) {
    VECTOR(Str) keys = {0};
    for (size_t i = 0; catalogue_connector_at(i) != NULL; i++) {
        const Connector *connector = catalogue_connector_at(i);
        for (size_t j = 0; !connector->pipeline && catalogue_option_at(connector, j) != NULL; j++) {
            *vector_add(arena, &keys) = catalogue_option_at(connector, j)->key;
        }
    }
    if (keys.count > 1) {
        qsort(keys.items, keys.count, sizeof *keys.items, by_text);
    }
    for (size_t i = 0; i < keys.count; i++) {
        if (i == 0 || !str_equal(keys.items[i], keys.items[i - 1])) {
            add_word(words, keys.items[i]);
        }
    }
}

/* How the words go on. */
typedef enum WordsEnd { END_WORD, END_EQUALS } WordsEnd;

/* Options without an entry take a file when their argument is FILE, and else what nobody can guess. */
typedef struct WordSource {
    const char *option;
    const char *words;                        /* those that are always the same */
    void (*add)(Arena *arena, Buffer *words); /* the others; may be NULL */
    WordsEnd end;
    bool is_apart; /* they are a word of their own, which may be left out */
} WordSource;

static const WordSource sources[] = {
    {"emit", "sql", add_outputs, END_WORD, false},
    {"layout", "pretty keep", NULL, END_WORD, false},
    {"format", "text json sarif github", NULL, END_WORD, false},
    {"color", "auto always never", NULL, END_WORD, false},
    {"completion", "bash zsh fish", NULL, END_WORD, false},
    {"flink-cdc", "", add_releases, END_WORD, false},
    {"connector", "", add_connectors, END_WORD, false},
    {"set", "", add_keys, END_EQUALS, false},
    {"default", "", add_keys, END_EQUALS, false},
    {"replace", "", add_keys, END_EQUALS, false},
    {"rename", "", add_keys, END_EQUALS, false},
    {"unset", "", add_keys, END_WORD, false},
    {"options", "", add_connectors, END_WORD, true},
    {"explain", "", add_checks, END_WORD, true},
};

static const WordSource *words_behind(const OptionDescription *option) {
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        if (strcmp(sources[i].option, option->name) == 0) {
            return &sources[i];
        }
    }
    return NULL;
}

static const char *words_of(const WordSource *source, Arena *arena) {
    Buffer words = {0};
    buffer_add(&words, str_of(source->words));
    if (source->add != NULL) {
        source->add(arena, &words);
    }
    return buffer_take(&words, arena).data;
}

static bool takes_file(const OptionDescription *option) {
    return option->argument != NULL && strcmp(option->argument, "FILE") == 0;
}

static bool is_optional(const OptionDescription *option) {
    return option->argument != NULL && option->argument[0] == '[';
}

/* text as it stands between single quotes; escape is what stands for a quote, and special gets a backslash. */
static void add_quoted(Buffer *out, const char *text, const char *escape, const char *special) {
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            buffer_add(out, str_of(escape));
            continue;
        }
        if (strchr(special, *text) != NULL) {
            buffer_add_char(out, '\\');
        }
        buffer_add_char(out, *text);
    }
}

/* ---- bash -------------------------------------------------------------------------------------------------------- */

/* readline cuts words at '='. */
static const char bash_head[] =
    "# Completion of smtpatch for bash, made by smtpatch --completion bash.\n"
    "_smtpatch() {\n"
    "    local word=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} words= end=' '\n"
    "    if [[ $word == = ]]; then\n"
    "        word=\n"
    "    elif [[ $option == = ]]; then\n"
    "        option=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    COMPREPLY=()\n"
    "    case $option in\n";

static const char bash_tail[] =
    "    if [[ -z $words && $word == -* ]]; then\n"
    "        words=$options\n"
    "    fi\n"
    "    if [[ -n $words ]]; then\n"
    "        COMPREPLY=($(compgen -W \"$words\" -S \"${end% }\" -- \"$word\"))\n"
    "        [[ $end == ' ' ]] || compopt -o nospace 2>/dev/null\n"
    "    fi\n"
    "}\n"
    "complete -o bashdefault -o default -F _smtpatch smtpatch\n";

static void print_bash(Arena *arena, Buffer *out) {
    OptionDescription option;
    Buffer names = {0};
    buffer_add(out, str_of(bash_head));
    for (size_t i = 0; option_at(i, &option); i++) {
        const WordSource *source = words_behind(&option);
        add_word(&names, arena_format(arena, "--%s", option.name));
        if (source != NULL) {
            buffer_format(out, "    ");
            if (option.letter != 0) {
                buffer_format(out, "-%c | ", option.letter);
            }
            buffer_format(out, "--%s) words='%s'%s ;;\n", option.name, words_of(source, arena),
                          source->end == END_EQUALS ? " end='='" : "");
        }
    }
    buffer_format(out, "    esac\n    local options='%s'\n", buffer_take(&names, arena).data);
    buffer_add(out, str_of(bash_tail));
}

/* ---- zsh --------------------------------------------------------------------------------------------------------- */

static void zsh_name(Buffer *out, const OptionDescription *option) {
    bool takes = option->argument != NULL;
    const char *short_end = !takes ? "" : is_optional(option) ? "-" : "+";
    const char *long_end = !takes ? "" : is_optional(option) ? "=-" : "=";
    if (option->letter != 0) {
        buffer_format(out, "    '*'{-%c%s,--%s%s}'[", option->letter, short_end, option->name, long_end);
    } else {
        buffer_format(out, "    '*--%s%s[", option->name, long_end);
    }
    add_quoted(out, option->help, "'\\''", "[]\\");
    buffer_add(out, STR("]"));
}

static void zsh_option(Buffer *out, Arena *arena, const OptionDescription *option) {
    const WordSource *source = words_behind(option);
    zsh_name(out, option);
    if (source != NULL && source->end == END_EQUALS) {
        buffer_format(out, ":%s:{compadd -S= - %s}", option->argument, words_of(source, arena));
    } else if (source != NULL) {
        buffer_format(out, "%s:(%s)", source->is_apart ? "::word" : arena_format(arena, ":%s", option->argument).data,
                      words_of(source, arena));
    } else if (option->argument != NULL) {
        Str title = is_optional(option) ? STR("::suffix") : arena_format(arena, ":%s", option->argument);
        buffer_format(out, "%s:%s", title.data, takes_file(option) ? "_files" : " ");
    }
    buffer_add(out, STR("' \\\n"));
}

static void print_zsh(Arena *arena, Buffer *out) {
    OptionDescription option;
    buffer_add(out, STR("#compdef smtpatch\n"
                        "# Completion of smtpatch for zsh, made by smtpatch --completion zsh.\n"
                        "_smtpatch() {\n"
                        "  _arguments -s -S \\\n"));
    for (size_t i = 0; option_at(i, &option); i++) {
        zsh_option(out, arena, &option);
    }
    buffer_add(out, STR("    '*:file:_files'\n"
                        "}\n"
                        "if [ \"$funcstack[1]\" = _smtpatch ]; then\n"
                        "  _smtpatch \"$@\"\n"
                        "else\n"
                        "  compdef _smtpatch smtpatch\n"
                        "fi\n"));
}

/* ---- fish -------------------------------------------------------------------------------------------------------- */

static void fish_help(Buffer *out, const OptionDescription *option) {
    buffer_add(out, STR(" -d '"));
    add_quoted(out, option->help, "\\'", "\\");
    buffer_add(out, STR("'\n"));
}

static void fish_words(Buffer *out, Arena *arena, const OptionDescription *option, const WordSource *source) {
    if (source->is_apart) {
        fish_help(out, option);
        buffer_format(out, "complete -c smtpatch -n 'test \"$(commandline -opc)[-1]\" = --%s' -f -a '%s'\n",
                      option->name, words_of(source, arena));
        return;
    }
    buffer_format(out, " -x -a '");
    for (const char *word = words_of(source, arena); *word != '\0'; word++) {
        bool is_end = source->end == END_EQUALS && (word[1] == ' ' || word[1] == '\0');
        buffer_format(out, is_end ? "%c=" : "%c", *word);
    }
    buffer_add(out, STR("'"));
    fish_help(out, option);
}

static void print_fish(Arena *arena, Buffer *out) {
    OptionDescription option;
    buffer_add(out, STR("# Completion of smtpatch for fish, made by smtpatch --completion fish.\n"));
    for (size_t i = 0; option_at(i, &option); i++) {
        const WordSource *source = words_behind(&option);
        buffer_add(out, STR("complete -c smtpatch"));
        if (option.letter != 0) {
            buffer_format(out, " -s %c", option.letter);
        }
        buffer_format(out, " -l %s", option.name);
        if (source != NULL) {
            fish_words(out, arena, &option, source);
            continue;
        }
        bool takes = option.argument != NULL && !is_optional(&option);
        buffer_add(out, str_of(!takes ? "" : takes_file(&option) ? " -r -F" : " -x"));
        fish_help(out, &option);
    }
}

/* ---- The shells -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    void (*print)(Arena *arena, Buffer *out);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

bool completion_knows(const char *shell) {
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].name, shell) == 0) {
            return true;
        }
    }
    return false;
}

void print_completion(const char *shell, Arena *arena, Buffer *out) {
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(shells[i].name, shell) == 0) {
            shells[i].print(arena, out);
        }
    }
}
