/* Rules files, patterns, templates, and the plans that rules make of tables' options. */
#include "helpers.h"

#include <time.h>

#include "rules/ini.h"
#include "rules/load.h"
#include "secret.h"

static Findings findings;
static Source source;

/* The findings as lines: line number, message, hint. */
static Str told(void) {
    Buffer out = {0};
    for (size_t i = 0; i < findings.list.count; i++) {
        const Finding *finding = &findings.list.items[i];
        size_t line = finding->source ? source_line(finding->source, finding->span.start) : 0;
        buffer_format(&out, "%s%zu: %.*s", i > 0 ? "\n" : "", line, (int)finding->message.size, finding->message.data);
    }
    return buffer_take(&out, &arena);
}

/* ---- INI ---- */

static Str ini_of(Str text) {
    findings = (Findings){.arena = &arena};
    source = source_in(&arena, text);
    IniFile file = ini_read(&source, &arena, &findings);
    Buffer out = {0};
    for (size_t i = 0; i < file.count; i++) {
        const IniEntry *entry = &file.entries[i];
        buffer_format(&out, "%s%zu", i > 0 ? " " : "", entry->line);
        buffer_format(&out, entry->is_section ? "[%.*s]" : ":%.*s", (int)entry->key.size, entry->key.data);
        if (!entry->is_section) {
            buffer_format(&out, entry->is_quoted ? "=\"%.*s\"" : "=<%.*s>", (int)entry->value.size, entry->value.data);
        }
    }
    return buffer_take(&out, &arena);
}

static void test_ini(void **state) {
    (void)state;
    static const struct {
        const char *text, *entries, *told;
    } cases[] = {
        {"", "", ""},
        {"[a]\nk = v\n", "1[a] 2:k=<v>", ""},
        {"[a]\r\nk = v\r\n", "1[a] 2:k=<v>", ""},
        {"\xEF\xBB\xBF[a]\nk=v", "1[a] 2:k=<v>", ""},
        {"# c\n; d\n\n[a]\n  # e\nk = v # f\nl = w ; g\nm = x;y#z\n", "4[a] 6:k=<v> 7:l=<w> 8:m=<x;y#z>", ""},
        {"[a]\nk = \"v ; w\" ; c\nl = \"\"\nm = \" x \"\n", "1[a] 2:k=\"v ; w\" 3:l=\"\" 4:m=\" x \"", ""},
        {"[a]\nk = a\"b\n", "1[a] 2:k=<a\"b>", ""},
        {"[a]\nk = v\n  w\n\tx # c\nl = y\n", "1[a] 2:k=<v w x> 5:l=<y>", ""},
        {"[a]\nk = a=b\n", "1[a] 2:k=<a=b>", ""},
        {"[a]\nk =\nl=\n", "1[a] 2:k=<> 3:l=<>", ""},
        {"[empty]\n[a b]\nk = v\n[last]", "1[empty] 2[a b] 3:k=<v> 4[last]", ""},
        {"k = v\n", "1:k=<v>", ""},
        {"[a]\nnothing\n", "1[a]", "2: expected KEY = VALUE or [SECTION]"},
        {"[a\nk = v\n", "2:k=<v>", "1: this section's ']' is missing"},
        {"[a]\nk = \"v\n", "1[a] 2:k=<\"v>", "2: this value's double quote is not closed"},
        {"[a]\nk = \"v\" w\n", "1[a] 2:k=\"v\"", "2: only a comment may follow the closing double quote"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str entries = ini_of(str_of(cases[i].text)), messages = told();
        if (!str_equal(entries, str_of(cases[i].entries)) || !str_equal(messages, str_of(cases[i].told))) {
            print_error("%s\ngives     <%s> <%s>\nshould be <%s> <%s>\n", cases[i].text, entries.data, messages.data,
                        cases[i].entries, cases[i].told);
            fail();
        }
    }
    ini_of(STR("[a]\nk = a\0b\n"));
    assert_text(told(), "2: a NUL byte stands in this rules file");
}

static void test_long_ini_lines(void **state) {
    (void)state;
    for (size_t size = 190; size < 300000; size = size * 3 + 1) {
        Buffer text = {0};
        buffer_add(&text, STR("[a]\nkey = "));
        buffer_add_repeated(&text, 'x', size);
        buffer_add(&text, STR(" ; c\nlast = 1\n["));
        buffer_add_repeated(&text, 's', size);
        buffer_add(&text, STR("]\n"));
        findings = (Findings){.arena = &arena};
        source = source_in(&arena, buffer_take(&text, &arena));
        IniFile file = ini_read(&source, &arena, &findings);
        assert_int_equal(findings.list.count, 0);
        assert_int_equal(file.count, 4);
        assert_int_equal(file.entries[1].value.size, size);
        assert_int_equal(file.entries[2].line, 3);
        assert_int_equal(file.entries[3].key.size, size);
    }
}

/* ---- rules files ---- */

static void test_mistakes_in_rules(void **state) {
    (void)state;
    static const struct {
        const char *text, *told, *hint;
    } cases[] = {
        {"[rule r]\nsett.a = b\n", "2: 'sett.a' is no key of a rule", "did you mean 'set.a'?"},
        {"[rule r]\ntabel = b\n", "2: 'tabel' is no key of a rule", "did you mean 'table'?"},
        {"[rule r]\nscan.startup.mode = b\n", "2: 'scan.startup.mode' is no key of a rule",
         "to set an option, write set.KEY = VALUE"},
        {"[rules r]\nset.a = b\n", "1: [rules r] is no section that smtpatch knows", "did you mean 'rule r'?"},
        {"[tabel-rule.1]\n", "1: [tabel-rule.1] is no section that smtpatch knows", "did you mean 'table-rule.1'?"},
        {"set.a = b\n", "1: this stands before any section",
         "rules stand below [rule NAME], settings below [smtpatch]"},
        {"[rule r]\ntable = (\n", "2: '(' is no regular expression: missing closing parenthesis at its character 2",
         "patterns are Perl's (PCRE2)"},
        {"[rule r]\nset.a = ${nope}\n", NULL, ""},
        {"[rule r]\nset.a = ${table\n", "2: '${' has no '}'; to write a dollar literally, double it: $$", ""},
        {"[rule r]\nset.a = ${table|slott}\n", "2: 'slott' is no filter; there are slot, lower and upper", ""},
        {"[rule r]\nset.a = ${1}\n", NULL, ""},
        {"[rule r]\ntable = (a)\nset.a = ${2}\n", NULL, ""},
        {"[rule r]\nrename.a =\n", "2: the new name of 'a' is missing", ""},
        {"[table-rule.1]\ntable = (\n",
         "2: '(' is no regular expression: missing closing parenthesis at its character 2",
         "patterns are Perl's (PCRE2)"},
        {"[rule r]\nset.a = b\nset = c\n[other]\n[db]\nx = y\n", "3: 'set' is no key of a rule", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        RulesFile file = {0};
        findings = (Findings){.arena = &arena};
        source = source_in(&arena, str_of(cases[i].text));
        rules_load(&source, &file, &arena, &findings);
        assert_int_equal(findings.list.count, 1);
        assert_int_equal(findings.worst, SEVERITY_TROUBLE);
        if (cases[i].told != NULL) {
            assert_text(told(), cases[i].told);
        }
        if (cases[i].hint != NULL) {
            assert_text(findings.list.items[0].hint, cases[i].hint);
        }
        composer_free(&file.composer);
    }
}

/* ---- patterns ---- */

static Pattern compile(const char *text) {
    Pattern pattern;
    Str message;
    size_t offset;
    assert_true(pattern_compile(str_of(text), &pattern, &arena, &message, &offset));
    return pattern;
}

static void test_patterns(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *subject;
        MatchResult result;
    } cases[] = {
        {"b", "abc", MATCH_YES},       {"^b", "abc", MATCH_NO},     {"", "", MATCH_YES},
        {"^a.c$", "a\xC3\xA4" "c", MATCH_YES}, {"(?i)ABC", "abc", MATCH_YES}, {"^.$", "\xFF", MATCH_NO},
        {"b", "\xFF\xFE" "b", MATCH_YES}, {"-cdc$", "mysql-cdc", MATCH_YES},
    };
    Matcher matcher;
    assert_true(matcher_init(&matcher));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Pattern pattern = compile(cases[i].pattern);
        assert_int_equal(pattern_match(&pattern, str_of(cases[i].subject), &matcher), cases[i].result);
        pattern_free(&pattern);
    }
    Pattern groups = compile("(a)(?<word>b)?(c)");
    assert_int_equal(pattern_group_count(&groups), 3);
    assert_int_equal(pattern_group(&groups, STR("word")), 2);
    assert_int_equal(pattern_group(&groups, STR("other")), 0);
    assert_int_equal(pattern_match(&groups, STR("xacx"), &matcher), MATCH_YES);
    assert_str(matcher_group(&matcher, STR("xacx"), 1), STR("a"));
    assert_str(matcher_group(&matcher, STR("xacx"), 2), STR(""));
    assert_str(matcher_group(&matcher, STR("xacx"), 3), STR("c"));
    assert_str(matcher_group(&matcher, STR("xacx"), 9), STR(""));
    pattern_free(&groups);
    Pattern broken;
    Str message;
    size_t offset;
    assert_false(pattern_compile(STR("a[b"), &broken, &arena, &message, &offset));
    assert_int_equal(offset, 3);
    assert_true(message.size > 0);
    matcher_free(&matcher);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void test_exploding_patterns(void **state) {
    (void)state;
    static const char *const patterns[] = {
        "^(a+)+$", "^(a|aa)+$", "^(a|a)*$", "^(.*a){20}$", "(x+x+)+y|^(([a-z])+.)+[A-Z]([a-z])+$", "^(a?){40}a{40}b"};
    double most = getenv("UNDER_VALGRIND") != NULL ? 100 : 1; /* there all takes fifty times as long */
    Matcher matcher;
    Buffer subject = {0};
    buffer_add_repeated(&subject, 'a', 60);
    buffer_add_char(&subject, '!');
    assert_true(matcher_init(&matcher));
    for (size_t i = 0; i < COUNT_OF(patterns); i++) {
        Pattern pattern = compile(patterns[i]);
        double start = seconds();
        assert_int_not_equal(pattern_match(&pattern, buffer_str(&subject), &matcher), MATCH_YES);
        assert_true(seconds() - start < most);
        pattern_free(&pattern);
    }
    Pattern first = compile(patterns[0]);
    assert_int_equal(pattern_match(&first, buffer_str(&subject), &matcher), MATCH_GAVE_UP);
    pattern_free(&first);
    buffer_free(&subject);
    matcher_free(&matcher);
}

/* ---- templates ---- */

static bool look_up(void *context, const TemplatePart *part, Str *value) {
    (void)context;
    static const Str values[] = {
        [TEMPLATE_TABLE] = {"My-Table", 8}, [TEMPLATE_SCHEMA] = {"s", 1},    [TEMPLATE_DATABASE] = {"d", 1},
        [TEMPLATE_NAME] = {"n", 1},         [TEMPLATE_CONNECTOR] = {"c", 1}, [TEMPLATE_OPTION] = {"o", 1},
        [TEMPLATE_ENVIRONMENT] = {"e", 1},  [TEMPLATE_GROUP] = {"g", 1}};
    *value = values[part->field];
    return part->field != TEMPLATE_OPTION || !str_equal(part->text, STR("missing"));
}

static void test_templates(void **state) {
    (void)state;
    static const struct {
        const char *text, *value; /* value NULL: a part is missing */
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"a $5 b$", "a $5 b$"},
        {"$$", "$"},
        {"$${table}", "${table}"},
        {"$$$${x}", "$${x}"},
        {"${table}", "My-Table"},
        {"${table|lower}_${table|upper}", "my-table_MY-TABLE"},
        {"flink_${table|slot}", "flink_my_table"},
        {"${table|slot|upper}", "my_table"},
        {"${schema}${database}${name}${connector}", "sdnc"},
        {"${option:a.b}${env:HOME}", "oe"},
        {"${1}${word}", "gg"},
        {"${option:missing}", NULL},
    };
    Pattern pattern = compile("(a)(?<word>b)");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Template template;
        Str value;
        const TemplatePart *missing = NULL;
        assert_str(template_parse(str_of(cases[i].text), &pattern, &arena, &template), STR(""));
        bool is_filled = template_expand(&template, look_up, NULL, &arena, &value, &missing);
        assert_int_equal(is_filled, cases[i].value != NULL);
        if (is_filled) {
            assert_text(value, cases[i].value);
        } else {
            assert_str(missing->text, STR("missing"));
        }
    }
    pattern_free(&pattern);
}

static void test_slot_names(void **state) {
    (void)state;
    assert_text(slot_name(STR("orders"), 63, &arena), "orders");
    assert_text(slot_name(STR("My.Table-1"), 63, &arena), "my_table_1");
    Random random = {4};
    for (size_t round = 0; round < 3000; round++) {
        char text[200];
        size_t size = 1 + random_below(&random, sizeof text - 1), room = 16 + random_below(&random, 43);
        for (size_t i = 0; i < size; i++) {
            text[i] = (char)random_next(&random);
        }
        Str name = slot_name((Str){text, size}, room, &arena);
        assert_in_range(name.size, 1, room < 63 ? room : 63);
        for (size_t i = 0; i < name.size; i++) {
            char c = name.data[i];
            assert_true((c >= 'a' && c <= 'z') || is_digit(c) || c == '_');
        }
        assert_str(slot_name((Str){text, size}, room, &arena), name);
    }
    /* different names stay different when they are cut, or are not ASCII */
    char one[80], other[80];
    memset(one, 'a', sizeof one);
    memset(other, 'a', sizeof other);
    other[79] = 'b';
    assert_false(str_equal(slot_name((Str){one, 80}, 58, &arena), slot_name((Str){other, 80}, 58, &arena)));
    assert_false(str_equal(slot_name(STR("\xD0\xB6"), 58, &arena), slot_name(STR("\xD1\x89"), 58, &arena)));
}

/* ---- plans ---- */

/* The options of the script's last table as the rules leave them; what is told, if anything, behind a bar. */
static Str plan_of(const char *script_text, const char *rules_text) {
    RulesFile file = {0};
    Passage passage;
    findings = (Findings){.arena = &arena};
    source = source_in(&arena, str_of(rules_text));
    rules_load(&source, &file, &arena, &findings);
    assert_int_equal(findings.list.count, 0);
    RuleList rules = composer_rules(&file.composer);
    passage_run(&passage, str_of(script_text), LAYOUT_KEEP, &rules, 1);
    Buffer out = {0};
    if (passage.model != NULL && passage.is_taken) {
        assert_str(passage.problem, STR(""));
        const Plan *plan = &passage.plans.items[passage.model->table_count - 1];
        for (size_t i = 0; i < plan->count; i++) {
            const PlannedOption *option = &plan->options[i];
            if (!option->is_removed) {
                buffer_format(&out, "%s%.*s=%.*s", out.size > 0 ? "," : "", (int)option->key.size, option->key.data,
                              (int)option->value.size, option->value.data);
            }
        }
        buffer_add(&out, plan->is_changed ? STR("") : STR(" unchanged"));
    }
    for (size_t i = 0; i < passage.findings.list.count; i++) {
        Str message = passage.findings.list.items[i].message;
        buffer_format(&out, " | %.*s", (int)message.size, message.data);
    }
    passage_end(&passage);
    composer_free(&file.composer);
    return buffer_take(&out, &arena);
}

static void test_plans(void **state) {
    (void)state;
#define PG                                                                                                             \
    "CREATE TABLE t (a INT) WITH "                                                                                     \
    "('connector'='postgres-cdc','database-name'='D','schema-name'='S','table-name'='T','x'='1')"
#define PG_PLAN "connector=postgres-cdc,database-name=D,schema-name=S,table-name=T,x="
    static const struct {
        const char *script, *rules, *plan;
    } cases[] = {
        {PG, "[rule r]\nset.x = 2\n", PG_PLAN "2"},
        {PG, "[rule r]\nset.x = 1\n", PG_PLAN "1 unchanged"},
        {PG, "[rule r]\nset.y = 2\nset.y = 3\n", PG_PLAN "1,y=3"},
        {PG, "[rule r]\nset.y = 2\nunset.y =\n", PG_PLAN "1 unchanged"},
        {PG, "[rule r]\nset.x = 2\nset.x = 1\n", PG_PLAN "1 unchanged"},
        {PG, "[rule r]\ndefault.x = 2\ndefault.y = 3\n", PG_PLAN "1,y=3"},
        {PG, "[rule r]\nreplace.x = 2\nreplace.y = 3\n", PG_PLAN "2"},
        {PG, "[rule r]\nunset.*-name =\nunset.database* =\n", "connector=postgres-cdc,schema-name=S,table-name=T,x=1"},
        {PG, "[rule r]\nrename.x = y\nrename.z = w\n",
         "connector=postgres-cdc,database-name=D,schema-name=S,table-name=T,y=1"},
        {PG, "[rule r]\nslot = s\npublication = p\nheartbeat = 10s\ndebezium.snapshot.mode = never\n",
         PG_PLAN "1,slot.name=s,debezium.publication.name=p,heartbeat.interval.ms=10s,debezium.snapshot.mode=never"},
        {PG, "[rule r]\nset.publication.name = p\n",
         PG_PLAN "1,debezium.publication.name=p | 'publication.name' is not an option of postgres-cdc; wrote "
                 "'debezium.publication.name'"},
        {PG, "[rule r]\nset.y = ${table}-${schema}-${database}-${name}-${connector}-${option:x}\n",
         PG_PLAN "1,y=T-S-D-t-postgres-cdc-1"},
        {PG, "[rule r]\ntable = (?<first>.)\nset.y = ${1}${first}\n", PG_PLAN "1,y=TT"},
        {PG, "[rule r]\nset.y = ${option:nope}\n",
         " | table 't' has no option 'nope' for the template '${option:nope}'"},
        {PG, "[rule r]\nset.y = ${env:SMTPATCH_NO_SUCH_VARIABLE}\n",
         " | the environment has no variable 'SMTPATCH_NO_SUCH_VARIABLE' for the template "
         "'${env:SMTPATCH_NO_SUCH_VARIABLE}'"},
        {PG, "[rule r]\nset.x = 2\n[rule s]\noption.x = ^2$\nset.y = 3\n", PG_PLAN "2,y=3"},
        {PG, "[rule r]\nset.y = 3\nconnector = other\n", PG_PLAN "1 unchanged"},
        /* conditions */
        {PG,
         "[rule r]\ntable = ^T$\nschema = ^S$\ndatabase = ^D$\nname = ^t$\ncatalog = ^default_catalog$\nrole = "
         "^source$\nfile = test\\.sql$\noption.x = 1\nset.x = 2\n",
         PG_PLAN "2"},
        {PG, "[rule r]\ntable = !^U$\nset.x = 2\n", PG_PLAN "2"},
        {PG, "[rule r]\ntable = !T\nset.x = 2\n", PG_PLAN "1 unchanged"},
        {PG, "[rule r]\nrole = sink\nset.x = 2\n", PG_PLAN "1 unchanged"},
        {PG, "[rule r]\noption.nope =\nset.x = 2\n", PG_PLAN "1 unchanged"},
        {PG, "[rule r]\noption.nope = !.\nset.x = 2\n", PG_PLAN "2"},
        {"CREATE TABLE c.d.t (a INT) WITH ('x'='1')",
         "[rule r]\ntable = ^t$\ndatabase = ^d$\ncatalog = ^c$\nset.x = 2\n", "x=2"},
        {"CREATE TABLE t (a INT) WITH ('x'='1'); INSERT INTO t SELECT 1", "[rule r]\nrole = sink\nset.x = 2\n", "x=2"},
        /* the last one of a key counts; unset takes all */
        {"CREATE TABLE t WITH ('x'='1','y'='2','x'='3')", "[rule r]\nset.x = 4\n", "x=1,y=2,x=4"},
        {"CREATE TABLE t WITH ('x'='1','y'='2','x'='3')", "[rule r]\nset.x = 3\n", "x=1,y=2,x=3 unchanged"},
        {"CREATE TABLE t WITH ('x'='1','y'='2','x'='3')", "[rule r]\nunset.x =\n", "y=2"},
        {"CREATE TABLE t WITH ('x'='1','y'='2','x'='3')", "[rule r]\nrename.x = y\n", "y=3"},
        {"CREATE TABLE t WITH (U&'\\0078'='1')", "[rule r]\nset.x = 2\n", "x=2"},
        {"CREATE TABLE t", "[rule r]\nset.x = 2\n", "x=2"},
        {"CREATE TABLE t WITH ()", "[rule r]\nset.x = it's\n", "x=it's"},
        /* LIKE */
        {"CREATE TABLE s WITH ('x'='1'); CREATE TABLE t LIKE s", "[rule r]\nname = t\nset.x = 1\nset.y = ${option:x}\n",
         "y=1"},
        {"CREATE TABLE s WITH ('x'='1'); CREATE TABLE t LIKE s", "[rule r]\nname = t\nset.x = 2\ndefault.x = 3\n",
         "x=2"},
        {"CREATE TABLE s WITH ('x'='1'); CREATE TABLE t WITH ('z'='0') LIKE s (EXCLUDING OPTIONS)",
         "[rule r]\nname = t\ndefault.x = 3\n", "z=0,x=3"},
        /* left alone */
        {"-- smtpatch: skip\nCREATE TABLE t WITH ('x'='1')", "[rule r]\nset.x = 2\n", "x=1 unchanged"},
        /* SMT's own sections */
        {PG,
         "[db]\nhost = h\n[table-rule.1]\ndatabase = ^D$\ntable = ^T$\nflink.cdc.x = 2\nflink.starrocks.x = "
         "3\npartition_key = a\n",
         PG_PLAN "2"},
        {PG, "[table-rule.1]\ntable = ^U$\nflink.cdc.x = 2\n", PG_PLAN "1 unchanged"},
        {"CREATE TABLE t WITH ('connector'='starrocks','x'='1')",
         "[table-rule.1]\nflink.cdc.x = 2\nflink.starrocks.x = 3\n", "connector=starrocks,x=3"},
        {"CREATE TABLE t WITH ('connector'='mysql-cdc')", "[rule r]\nslot = s\npublication = p\nheartbeat = 5s\n",
         "connector=mysql-cdc,heartbeat.interval=5s"},
        {"CREATE TABLE t WITH ('connector'='print')", "[rule r]\nslot = s\nheartbeat = 5s\ndebezium.a = b\n",
         "connector=print unchanged"},
        /* a pattern that explodes is trouble, and no hang */
        {"CREATE TABLE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1 WITH ('x'='1')",
         "[rule r]\nname = ^(a+)+$\nset.x = 2\n",
         " | the pattern '^(a+)+$' was given up on 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1': it takes too many "
         "steps"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str plan = plan_of(cases[i].script, cases[i].rules);
        if (!str_equal(plan, str_of(cases[i].plan))) {
            print_error("%s\n%s\nis        <%s>\nshould be <%s>\n", cases[i].script, cases[i].rules, plan.data,
                        cases[i].plan);
            fail();
        }
    }
}

/* ---- secrets ---- */

static void test_secret_keys(void **state) {
    (void)state;
    static const char *const secret[] = {"password",
                                         "PASSWORD",
                                         "ssl.truststore.password",
                                         "sasl.secret",
                                         "auth-token",
                                         "token",
                                         "s3.access-key",
                                         "s3.secret-key",
                                         "api.key",
                                         "access.key",
                                         "private_key",
                                         "fs.azure.account.key",
                                         "properties.sasl.jaas.config"};
    static const char *const plain[] = {"",           "key",           "primary-key", "table-name",
                                        "key.fields", "password-file", "username",    "message.key",
                                        "tokens",     "partition.key"};
    for (size_t i = 0; i < COUNT_OF(secret); i++) {
        if (!is_secret_key(str_of(secret[i]))) {
            fail_msg("%s is a secret", secret[i]);
        }
    }
    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (is_secret_key(str_of(plain[i]))) {
            fail_msg("%s is no secret", plain[i]);
        }
    }
}

static void test_masking(void **state) {
    (void)state;
    static const struct {
        const char *line, *masked;
    } cases[] = {
        {"", ""},
        {"SELECT 1", "SELECT 1"},
        {"  'username' = 'u',", "  'username' = 'u',"},
        {"  'password' = 'geheim',", "  'password' = '******',"},
        {"'password'='a''b','x'='y'", "'password'='******','x'='y'"},
        {"'password' = '', 'x'='y'", "'password' = '******', 'x'='y'"},
        {"('x'='y','db.password'='geheim','api-key'='k') -- end",
         "('x'='y','db.password'='******','api-key'='******') -- end"},
        {"'password' = 'open", "'password' = '******'"},
        {"set.password = geheim # c", "set.password = ******"},
        {"password=geheim", "password=******"},
        {"'password' =", "'password' ="},
        {"-- 'password' = 'geheim'", "-- 'password' = '******'"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_text(mask_secrets(str_of(cases[i].line), (Span){0, (uint32_t)strlen(cases[i].line)}, &arena),
                    cases[i].masked);
    }
}

/* Of each text the line that follows the bar is shown. */
static void test_masking_of_parts(void **state) {
    (void)state;
    static const struct {
        const char *text, *masked;
    } cases[] = {
        {"'password' =\n|  'x', 'a' = 'b'\n", "  '******', 'a' = 'b'"},
        {"'password'\n|= 'x', 'a' = 'b'\n", "= '******', 'a' = 'b'"},
        {"'password' = '--\nx\n|y', 'a' = 'b'\n", "******', 'a' = 'b'"},
        {"'password' = 'x'\n|, 'a' = 'b'\n", ", 'a' = 'b'"},
        {"'password' = 'x\n|', 'token' = 'y', 'a' = 'b'\n", "', 'token' = '******', 'a' = 'b'"},
        {"password =\n|a = b\n", "a = b"},
        {"|'url' = 'jdbc:postgresql://u:x@h/d'\n", "'url' = 'jdbc:postgresql://u:******@h/d'"},
        {"|'url' = 'jdbc:oracle:thin:u/x@h:1521:d', 'a' = 'b'\n",
         "'url' = 'jdbc:oracle:thin:u/******@h:1521:d', 'a' = 'b'"},
        {"|'url' = 'http://h:80/', 'a' = 'u:v@w'\n", "'url' = 'http://h:80/', 'a' = 'u:v@w'"},
        {"|'url' = 'a://h/?b=c://u:x@h,d://v:y@h', 'e' = 'f://w:z@h'\n",
         "'url' = 'a://h/?b=c:******@h', 'e' = 'f://w:******@h'"},
        {"|a:thin:password=b/c@d\n", "a:thin:password=******"},
        {"'url' = 'a://u:\n|x@h', 'b' = 'c'\n", "x@h', 'b' = 'c'"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *bar = strchr(cases[i].text, '|');
        Str text = arena_format(&arena, "%.*s%s", (int)(bar - cases[i].text), cases[i].text, bar + 1);
        uint32_t start = (uint32_t)(bar - cases[i].text), end = start + (uint32_t)strcspn(bar + 1, "\n");
        assert_text(mask_secrets(text, (Span){start, end}, &arena), cases[i].masked);
    }
}

/* A source is searched in blocks; a secret, its key and the part shown may each lie across their boundary. */
static void test_masking_over_blocks(void **state) {
    (void)state;
    const Str line = STR("'password' = 'geheim', 'a' = 'b'");
    for (size_t before = 65536 - line.size - 2; before < 65536 + 2; before++) {
        Str text = arena_format(&arena, "%*s%.*s\n%70000s", (int)before, "\n", (int)line.size, line.data, "");
        Source script = source_of(STR("s"), text, &arena);
        for (uint32_t cut = 0; cut <= 14; cut++) { /* up to behind the value's quote */
            Span part = {(uint32_t)before + cut, (uint32_t)(before + line.size)};
            Str masked = mask_part(text, source_secrets(&script, part.start), part, &arena);
            assert_text(masked, arena_format(&arena, "%s", &"'password' = '******', 'a' = 'b'"[cut]).data);
        }
    }
}

/* ---- Long plans ---- */

enum { RANDOM_RULES = 600, RULES_AT_MOST = 12, OPTIONS_AT_MOST = 8, PADDING = 70 };

/* Rules that set, remove and rename keys of one letter; the padding's keys are longer. */
static Str random_rules(Random *random) {
    static const char *const actions[] = {"set.%c = %c\n",    "default.%c = %c\n",    "replace.%c = %c\n",
                                          "rename.%c = %c\n", "set.%c = ${name}%c\n", "unset.%c =\n",
                                          "unset.%c* =\n"};
    Buffer text = {0};
    buffer_add(&text, STR("[rule r]\n"));
    for (size_t i = 1 + random_below(random, RULES_AT_MOST); i > 0; i--) {
        const char *action = actions[random_below(random, COUNT_OF(actions))];
        int key = 'a' + (int)random_below(random, 4), value = 'a' + (int)random_below(random, 4);
        Buffer line = {0};
        if (strchr(strchr(action, '%') + 1, '%') != NULL) {
            buffer_format(&line, action, key, value);
        } else {
            buffer_format(&line, action, key);
        }
        buffer_add(&text, buffer_take(&line, &arena));
    }
    return buffer_take(&text, &arena);
}

static Str random_options(Random *random) {
    Buffer text = {0};
    for (size_t i = 1 + random_below(random, OPTIONS_AT_MOST); i > 0; i--) {
        int key = 'a' + (int)random_below(random, 4), value = 'a' + (int)random_below(random, 4);
        buffer_format(&text, ", '%c' = '%c'", key, value);
    }
    return buffer_take(&text, &arena);
}

/* What the rules make of a table that has these options behind the padding: all behind the padding. */
static Str ruled_options(Str rules, size_t padding, Str options) {
    RulesFile file = {0};
    Buffer text = {0};
    Passage passage;
    buffer_add(&text, STR("CREATE TABLE t (x INT) WITH ('first' = '1'"));
    for (size_t i = 0; i < padding; i++) {
        buffer_format(&text, ", 'pad%zu' = '1'", i);
    }
    buffer_add(&text, STR(", 'last' = '1'"));
    buffer_add(&text, options);
    buffer_add(&text, STR(");\n"));
    source = source_in(&arena, rules);
    rules_load(&source, &file, &arena, &findings);
    RuleList list = composer_rules(&file.composer);
    passage_run(&passage, buffer_take(&text, &arena), LAYOUT_KEEP, &list, 1);
    assert_true(passage.is_taken && passage.problem.size == 0);
    const char *behind = memmem(passage.output.data, passage.output.size, "'last'", 6);
    Str made = arena_copy(&arena, str_from(passage.output, (size_t)(behind - passage.output.data)));
    passage_end(&passage);
    composer_free(&file.composer);
    return made;
}

/* Plans of many options are looked up by an index, others looked through: the outcome is the same. */
static void test_long_plans(void **state) {
    (void)state;
    Random random = {1};
    for (size_t i = 0; i < RANDOM_RULES; i++) {
        findings = (Findings){.arena = &arena};
        Str rules = random_rules(&random), options = random_options(&random);
        assert_str(ruled_options(rules, PADDING, options), ruled_options(rules, 0, options));
        assert_int_equal(findings.list.count, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_ini),
        arena_test(test_long_ini_lines),
        arena_test(test_mistakes_in_rules),
        arena_test(test_patterns),
        arena_test(test_exploding_patterns),
        arena_test(test_templates),
        arena_test(test_slot_names),
        arena_test(test_plans),
        arena_test(test_secret_keys),
        arena_test(test_masking),
        arena_test(test_masking_of_parts),
        arena_test(test_masking_over_blocks),
        arena_test(test_long_plans),
    };
    return run_all(tests);
}
