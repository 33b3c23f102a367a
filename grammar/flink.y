/* The grammar of Flink SQL scripts, for Lemon: table definitions and option lists in full, everything else as
 * balanced runs of tokens. Source: Flink's parserImpls.ftl and Parser.jj (2.4-SNAPSHOT, Calcite 1.41).
 *
 * The actions build the tree of src/syntax/tree.h through src/syntax/builder.h and leave marks for the pretty
 * printer: where a line begins, which text stays as it is. The build adds, at the end, the %fallback lines made
 * from keywords.tsv: a keyword that the grammar has no use for at some place is there a name (nonreserved) or
 * a RESERVED word, which only column names may be. */

%name FlinkParser
%token_prefix TOKEN_
%token_type {Token}
%default_type {Span}
%extra_context {Builder *builder}
%stack_size 0
%wildcard ANY.
%start_symbol input

%include {
#include <assert.h>
#include <stdlib.h>

#include "syntax/grammar.h"
#include "syntax/builder.h"

#define YYNOERRORRECOVERY 1 /* the driver recovers; until it does, the stack tells what was expected */
}
%stack_overflow { builder_out_of_memory(builder); }
%syntax_error {
    (void)yymajor;
    (void)yyminor;
    builder->has_syntax_error = true;
}
%code {
size_t grammar_size(void) { return sizeof(yyParser); }

static YYACTIONTYPE listed_action(YYACTIONTYPE state, uint16_t kind) {
    int index = state <= YY_SHIFT_COUNT ? yy_shift_ofst[state] + kind : -1;
    bool is_listed = index >= 0 && (size_t)index < sizeof yy_lookahead / sizeof *yy_lookahead && yy_lookahead[index] == kind;
    return is_listed ? yy_action[index] : YY_ERROR_ACTION;
}

/* Follows the reductions that the token would bring about, without doing them: `pushed` stands above `base`. */
bool grammar_expects(const void *parser, uint16_t kind) {
    enum { PUSHED_MAX = 64 };
    const yyStackEntry *base = ((const yyParser *)parser)->yytos;
    YYACTIONTYPE pushed[PUSHED_MAX];
    for (int count = 0; count < PUSHED_MAX;) {
        YYACTIONTYPE state = count > 0 ? pushed[count - 1] : base->stateno;
        YYACTIONTYPE action = state > YY_MAX_SHIFT ? state : listed_action(state, kind);
        if (action < YY_MIN_REDUCE) {
            return action <= YY_MAX_SHIFTREDUCE || action == YY_ACCEPT_ACTION;
        }
        int rule = action - YY_MIN_REDUCE, size = -yyRuleInfoNRhs[rule];
        int popped = size < count ? size : count;
        count -= popped;
        base -= size - popped;
        state = count > 0 ? pushed[count - 1] : base->stateno;
        pushed[count++] = yy_find_reduce_action(state, yyRuleInfoLhs[rule]);
    }
    return false;
}
}

/* What the lexer makes besides keywords. */
%token IDENTIFIER QUOTED_IDENTIFIER RESERVED.
%token QUOTED_STRING PREFIXED_STRING UNICODE_STRING ESCAPE_STRING BINARY_STRING.
%token INTEGER_LITERAL NUMBER.
%token LEFT_PAREN RIGHT_PAREN COMMA SEMICOLON DOT EQUALS LESS GREATER LESS_GREATER DASH.
%token OPERATOR HINT_BEGIN COMMENT_END ILLEGAL.

/* The driver gives the parser one statement at a time, without the ';' that ends it. */
input ::= statement.

/* ---- Names, literals, runs ------------------------------------------------------------------------------ */

name(A) ::= IDENTIFIER(T).                      { A = builder_name(builder, T); }
name(A) ::= QUOTED_IDENTIFIER(T).               { A = token_span(T); }
word(A) ::= name(N).                            { A = N; }
word(A) ::= RESERVED(T).                        { A = token_span(T); }
column_name(A) ::= name(N).                     { A = N; }
column_name(A) ::= RESERVED(T).                 { A = builder_name(builder, T); }

path(A) ::= name(N).                            { A = N; }
path(A) ::= path(P) DOT name(N).                { A = span_join(P, N); }

names ::= name.
names ::= names COMMA name.
columns_in_parens(A) ::= LEFT_PAREN(L) column_list RIGHT_PAREN(R). { A = span_between(L, R); }
column_list ::= column_name.
column_list ::= column_list COMMA column_name.

/* Adjacent quoted strings continue a literal; UESCAPE belongs to U&'…' alone. */
literal(A) ::= string_start(S).                 { A = S; }
literal(A) ::= unicode_literal(S).              { A = S; }
literal(A) ::= unicode_literal(S) UESCAPE QUOTED_STRING(T). { A = span_join(S, token_span(T)); }
literal(A) ::= ESCAPE_STRING(T).                { A = token_span(T); }
string_start(A) ::= QUOTED_STRING|PREFIXED_STRING|BINARY_STRING(T). { A = token_span(T); }
string_start(A) ::= string_start(S) QUOTED_STRING(T). { A = span_join(S, token_span(T)); }
unicode_literal(A) ::= UNICODE_STRING(T).       { A = token_span(T); }
unicode_literal(A) ::= unicode_literal(S) QUOTED_STRING(T). { A = span_join(S, token_span(T)); }

/* A run ends where the grammar expects something else: the statement's end, or a comma or parenthesis outside
 * of it. The wildcard takes every token that no other rule wants. */
run(A) ::= run_item(I).                         { A = I; }
run(A) ::= run(R) run_item(I).                  { A = span_join(R, I); }
run_item(A) ::= ANY(T).                         { A = token_span(T); }
run_item(A) ::= nested(N).                      { A = N; }
nested(A) ::= LEFT_PAREN(L) nested_items RIGHT_PAREN(R). { A = span_between(L, R); }
nested_items ::= .
nested_items ::= nested_items ANY.
nested_items ::= nested_items nested.

optional_run(A) ::= .                           { A = SPAN_NONE; }
optional_run(A) ::= run(R).                     { A = R; }

query(A) ::= run(R).                            { builder_verbatim(builder, R); A = R; }

expression(A) ::= run(R).                       { builder_verbatim(builder, R); A = R; }

/* ---- Option lists ---------------------------------------------------------------------------------------- */

properties(A) ::= LEFT_PAREN(L) RIGHT_PAREN(R). { A = span_between(L, R); }
properties(A) ::= LEFT_PAREN(L) options RIGHT_PAREN(R). { builder_list(builder, R); A = span_between(L, R); }
options ::= option.
options ::= options COMMA option.
option ::= literal(K) EQUALS literal(V).        { builder_option(builder, K, V); }

property_keys ::= LEFT_PAREN RIGHT_PAREN.
property_keys ::= LEFT_PAREN keys RIGHT_PAREN(R). { builder_list(builder, R); }
keys ::= literal(K).                            { builder_item(builder, K); }
keys ::= keys COMMA literal(K).                 { builder_item(builder, K); }

with ::= .
with ::= WITH(W) properties(P).                 { builder_with(builder, W, P); }

comment ::= .
comment ::= COMMENT QUOTED_STRING.
clause_comment ::= .
clause_comment ::= COMMENT(C) QUOTED_STRING(S). { builder_clause(builder, C, token_span(S)); }

if_not_exists ::= .
if_not_exists ::= IF NOT EXISTS.
if_exists ::= .
if_exists ::= IF EXISTS.
temporary ::= .
temporary ::= TEMPORARY.                        { builder_temporary(builder); }
or_replace ::= .
or_replace ::= OR REPLACE.

/* ---- CREATE TABLE, REPLACE TABLE -------------------------------------------------------------------------- */

statement ::= CREATE or_replace temporary TABLE if_not_exists table_name table_clauses table_tail.
    { builder_statement(builder, STATEMENT_CREATE_TABLE); }
statement ::= REPLACE temporary TABLE if_not_exists table_name table_clauses as_query.
    { builder_statement(builder, STATEMENT_CREATE_TABLE); }

table_name ::= path(P).                         { builder_table(builder, P); }
table_clauses ::= elements clause_comment distributed partitioned using_connection with.

table_tail ::= .
table_tail ::= LIKE(L) path(P) like_options.    { builder_like(builder, L, P); }
table_tail ::= as_query.
as_query ::= AS(T) query(Q).                    { builder_as_query(builder, T, Q); }

elements ::= .
elements ::= LEFT_PAREN element_list RIGHT_PAREN(R). { builder_elements(builder, R); }
element_list ::= .
element_list ::= columns.
element_list ::= column_names.
columns ::= column.
columns ::= columns COMMA column.
column_names ::= path(P).                       { builder_column(builder, COLUMN_REFERENCE, P, P, SPAN_NONE); }
column_names ::= column_names COMMA path(P).    { builder_column(builder, COLUMN_REFERENCE, P, P, SPAN_NONE); }

column ::= column_path(N) type(T) key_constraint comment.
    { builder_column(builder, COLUMN_PHYSICAL, N, N, T); }
column ::= column_path(N) type(T) METADATA metadata_key virtual comment.
    { builder_column(builder, COLUMN_METADATA, N, N, T); }
column ::= column_name(N) AS expression(E) comment.
    { builder_column(builder, COLUMN_COMPUTED, N, N, E); }
column ::= table_constraint.
column ::= CONSTRAINT(C) name(N) table_constraint. { builder_named_constraint(builder, C, N); }
column ::= WATERMARK(W) FOR path(P) AS expression(E).
    { builder_column(builder, COLUMN_WATERMARK, token_span(W), P, E); }

/* Flink takes a.b for the name of a column with a type (CompoundIdentifier), not of a computed one. */
column_path(A) ::= path(P).                     { A = P; }
column_path(A) ::= RESERVED(T).                 { A = builder_name(builder, T); }

metadata_key ::= .
metadata_key ::= FROM literal(K).               { builder_metadata_key(builder, K); }
virtual ::= .
virtual ::= VIRTUAL.                            { builder_virtual(builder); }

/* No empty rule before PRIMARY: with one, the keyword would fall back to a column's name. */
table_constraint ::= PRIMARY(P) KEY columns_in_parens(L) enforcement.
    { builder_column(builder, COLUMN_PRIMARY_KEY, token_span(P), SPAN_NONE, L); }
table_constraint ::= UNIQUE(U) columns_in_parens(L) enforcement.
    { builder_column(builder, COLUMN_UNIQUE, token_span(U), SPAN_NONE, L); }
key_constraint ::= .
key_constraint ::= key.
key_constraint ::= CONSTRAINT name key.
key ::= PRIMARY KEY enforcement.                { builder_column_is_key(builder); }
key ::= UNIQUE enforcement.
enforcement ::= .
enforcement ::= ENFORCED.
enforcement ::= NOT ENFORCED.

distributed ::= .
distributed ::= DISTRIBUTED(D) distribution(S). { builder_clause(builder, D, S); }
distribution(A) ::= buckets(B).                 { A = B; }
distribution(A) ::= BY distribution_kind columns_in_parens(C) . { A = C; }
distribution(A) ::= BY distribution_kind columns_in_parens buckets(B). { A = B; }
distribution_kind ::= .
distribution_kind ::= HASH|RANGE.
buckets(A) ::= INTO INTEGER_LITERAL BUCKETS(B). { A = token_span(B); }

partitioned ::= .
partitioned ::= PARTITIONED(P) BY columns_in_parens(C). { builder_clause(builder, P, C); }

using_connection ::= .
using_connection ::= USING(U) CONNECTION path(P). { builder_connection(builder, U, P); }

like_options ::= .
like_options ::= LEFT_PAREN like_option_list RIGHT_PAREN(R). { builder_list(builder, R); }
like_option_list ::= like_option.
like_option_list ::= like_option_list like_option.
like_option ::= INCLUDING|EXCLUDING|OVERWRITING(K) like_feature(F).
    { builder_like_option(builder, K, F); }
%type like_feature {Token}
like_feature(A) ::= ALL|CONSTRAINTS|DISTRIBUTION|GENERATED|METADATA|OPTIONS|PARTITIONS|WATERMARKS(T). { A = T; }

/* ---- Types ------------------------------------------------------------------------------------------------ */

type(A) ::= collection(C) nullability(N).       { A = span_join(C, N); }
collection(A) ::= basic_type(T).                { A = T; }
collection(A) ::= collection(C) nullability ARRAY|MULTISET(T). { A = span_join(C, token_span(T)); }
nullability(A) ::= .                            { A = SPAN_NONE; }
nullability(A) ::= NULL(T).                     { A = token_span(T); }
nullability(A) ::= NOT NULL(T).                 { A = token_span(T); }

basic_type(A) ::= STRING|BYTES|BOOLEAN|TINYINT|SMALLINT|INT|INTEGER|BIGINT|FLOAT|REAL|DATE|VARIANT|BITMAP(T).
    { A = token_span(T); }
basic_type(A) ::= DOUBLE(T).                    { A = token_span(T); }
basic_type(A) ::= DOUBLE(T) PRECISION(P).       { A = span_between(T, P); }
basic_type(A) ::= DECIMAL|DEC|NUMERIC(T) precision_and_scale(P). { A = span_join(token_span(T), P); }
basic_type(A) ::= character_type(T) precision(P) character_set(S). { A = span_join(T, span_join(P, S)); }
basic_type(A) ::= TIME|TIMESTAMP(T) precision(P) time_zone(Z). { A = span_join(token_span(T), span_join(P, Z)); }
basic_type(A) ::= TIMESTAMP_LTZ(T) precision(P). { A = span_join(token_span(T), P); }
basic_type(A) ::= ARRAY|MULTISET(T) LESS(L) type GREATER(G).
    { builder_angles(builder, L, G); A = span_between(T, G); }
basic_type(A) ::= MAP(T) LESS(L) type COMMA type GREATER(G).
    { builder_angles(builder, L, G); A = span_between(T, G); }
basic_type(A) ::= ROW(T) row_fields(F).         { A = span_join(token_span(T), F); }
basic_type(A) ::= RAW(T) LEFT_PAREN(L) literal COMMA literal RIGHT_PAREN(R).
    { builder_tight(builder, L); A = span_between(T, R); }
basic_type(A) ::= STRUCTURED(T) LESS(L) literal GREATER(G).
    { builder_angles(builder, L, G); A = span_between(T, G); }
basic_type(A) ::= STRUCTURED(T) LESS(L) literal COMMA fields GREATER(G).
    { builder_angles(builder, L, G); A = span_between(T, G); }
basic_type(A) ::= path(P).                      { A = P; }

character_type(A) ::= character_word(T).        { A = T; }
character_type(A) ::= character_word(T) VARYING(V). { A = span_join(T, token_span(V)); }
character_type(A) ::= VARCHAR|VARBINARY(T).     { A = token_span(T); }
character_word(A) ::= CHAR|CHARACTER|BINARY(T). { A = token_span(T); }
character_set(A) ::= .                          { A = SPAN_NONE; }
character_set(A) ::= CHARACTER SET name(N).     { A = N; }

row_fields(A) ::= LESS_GREATER(T).              { builder_tight(builder, T); A = token_span(T); }
row_fields(A) ::= LESS(L) optional_fields GREATER(G).
    { builder_angles(builder, L, G); A = span_between(L, G); }
row_fields(A) ::= LEFT_PAREN(L) optional_fields RIGHT_PAREN(R). { builder_tight(builder, L); A = span_between(L, R); }
optional_fields ::= .
optional_fields ::= fields.
fields ::= field.
fields ::= fields COMMA field.
field ::= column_name type.
field ::= column_name type QUOTED_STRING.

precision(A) ::= .                              { A = SPAN_NONE; }
precision(A) ::= LEFT_PAREN(L) INTEGER_LITERAL RIGHT_PAREN(R). { builder_tight(builder, L); A = span_between(L, R); }
precision_and_scale(A) ::= precision(P).        { A = P; }
precision_and_scale(A) ::= LEFT_PAREN(L) INTEGER_LITERAL COMMA sign INTEGER_LITERAL RIGHT_PAREN(R).
    { builder_tight(builder, L); A = span_between(L, R); }
sign ::= .
sign ::= DASH.
time_zone(A) ::= .                              { A = SPAN_NONE; }
time_zone(A) ::= WITHOUT TIME ZONE(Z).          { A = token_span(Z); }
time_zone(A) ::= WITH TIME ZONE(Z).             { A = token_span(Z); }
time_zone(A) ::= WITH LOCAL TIME ZONE(Z).       { A = token_span(Z); }

/* ---- Other statements that hold options -------------------------------------------------------------------- */

statement ::= CREATE or_replace temporary CATALOG if_not_exists name clause_comment with.
    { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= CREATE or_replace temporary DATABASE if_not_exists path clause_comment with.
    { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= CREATE or_replace temporary system CONNECTION if_not_exists path clause_comment WITH(W) properties(P).
    { builder_with(builder, W, P); builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= CREATE or_replace temporary system FUNCTION if_not_exists path AS QUOTED_STRING function_language function_resources with.
    { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= CREATE or_replace temporary MODEL if_not_exists path model_input model_output clause_comment with model_query.
    { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= CREATE or_replace temporary VIEW if_not_exists path(P) view_columns clause_comment AS(T) query(Q).
    { builder_as_query(builder, T, Q); builder_view(builder, P); builder_statement(builder, STATEMENT_CREATE_VIEW); }
statement ::= CREATE or_replace_or_alter MATERIALIZED TABLE table_name elements clause_comment distributed partitioned with run_until_as as_query.
    { builder_statement(builder, STATEMENT_MATERIALIZED_TABLE); }

system ::= .
system ::= SYSTEM.
function_language ::= .
function_language ::= LANGUAGE(L) word(N). { builder_clause(builder, L, N); }
function_resources ::= .
function_resources ::= USING(U) resources(R).   { builder_clause(builder, U, R); }
resources(A) ::= resource(R).                   { A = R; }
resources(A) ::= resources(S) COMMA resource(R). { A = span_join(S, R); }
resource(A) ::= JAR|ARTIFACT QUOTED_STRING(S).  { A = token_span(S); }
model_input ::= .
model_input ::= INPUT(I) LEFT_PAREN columns RIGHT_PAREN(R). { builder_columns_clause(builder, I, R); }
model_output ::= .
model_output ::= OUTPUT(O) LEFT_PAREN columns RIGHT_PAREN(R). { builder_columns_clause(builder, O, R); }
model_query ::= .
model_query ::= as_query.
view_columns ::= .
view_columns ::= LEFT_PAREN view_column_list RIGHT_PAREN.
view_column_list ::= view_column.
view_column_list ::= view_column_list COMMA view_column.
view_column ::= column_name comment.
or_replace_or_alter ::= or_replace.
or_replace_or_alter ::= OR ALTER.
run_until_as ::= start_mode freshness refresh_mode.
start_mode ::= .
start_mode ::= START_MODE(M) EQUALS name(N).    { builder_clause(builder, M, N); }
start_mode ::= START_MODE(M) EQUALS name nested(N). { builder_clause(builder, M, N); builder_verbatim(builder, N); }
freshness ::= .
freshness ::= FRESHNESS(F) EQUALS freshness_value(V). { builder_clause(builder, F, V); builder_verbatim(builder, V); }
freshness_value(A) ::= ANY(T) ANY ANY(U).       { A = span_between(T, U); }
refresh_mode ::= .
refresh_mode ::= REFRESH_MODE(R) EQUALS word(N). { builder_clause(builder, R, N); }

statement ::= LOAD MODULE name with.            { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= LOAD run.                         { builder_statement(builder, STATEMENT_OTHER); }

statement ::= ALTER altered SET(S) properties(P). { builder_with(builder, S, P); builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= ALTER altered RESET(R) property_keys. { builder_line(builder, R); builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= ALTER altered RESUME with.        { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= ALTER altered ADD new_partitions. { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= ALTER altered ADD IF NOT EXISTS new_partitions. { builder_statement(builder, STATEMENT_WITH_OPTIONS); }
statement ::= ALTER altered ADD run.            { builder_statement(builder, STATEMENT_OTHER); }
statement ::= ALTER altered SET ANY run.        { builder_statement(builder, STATEMENT_OTHER); }
statement ::= ALTER altered ANY optional_run.   { builder_statement(builder, STATEMENT_OTHER); }

altered ::= TABLE|MODEL|CONNECTION if_exists path.
altered ::= MATERIALIZED TABLE path.
altered ::= CATALOG|DATABASE|VIEW path.
altered ::= altered_function if_exists path.
altered_function ::= FUNCTION.
altered_function ::= TEMPORARY FUNCTION.
altered_function ::= TEMPORARY SYSTEM FUNCTION.
new_partitions ::= new_partition.
new_partitions ::= new_partitions new_partition.
new_partition ::= PARTITION(P) nested with.     { builder_line(builder, P); }

/* ---- INSERT and statement sets ------------------------------------------------------------------------------ */

statement ::= insert.                           { builder_statement(builder, STATEMENT_INSERT); }
statement ::= EXECUTE insert.                   { builder_statement(builder, STATEMENT_INSERT); }
insert ::= INSERT|UPSERT(I) INTO|OVERWRITE path(T) hints partition run(Q).
    { builder_insert(builder, I, T, Q); }
hints ::= .
hints ::= HINT_BEGIN(H) nested_items COMMENT_END(E). { builder_verbatim(builder, span_between(H, E)); }
partition ::= .
partition ::= PARTITION nested.
statement ::= BEGIN STATEMENT SET.              { builder_statement(builder, STATEMENT_BEGIN_SET); }
statement ::= END.                              { builder_statement(builder, STATEMENT_END_SET); }
statement ::= EXECUTE statement_set.            { builder_statement(builder, STATEMENT_EXECUTE_SET); }
statement ::= EXPLAIN|COMPILE optional_run statement_set. { builder_statement(builder, STATEMENT_OTHER); }
statement ::= EXPLAIN|COMPILE run.              { builder_statement(builder, STATEMENT_OTHER); }
statement ::= EXECUTE run.                      { builder_statement(builder, STATEMENT_OTHER); }
statement_set ::= STATEMENT SET BEGIN(B) set_inserts END(E). { builder_statement_set(builder, B, E); }
set_inserts ::= insert SEMICOLON.
set_inserts ::= set_inserts insert SEMICOLON.

/* ---- Settings, names in force, the rest ---------------------------------------------------------------------- */

statement ::= SET.                              { builder_statement(builder, STATEMENT_OTHER); }
statement ::= SET literal(K) EQUALS literal(V). { builder_setting(builder, K, V); }
statement ::= SET ANY run.                      { builder_raw_setting(builder); }
statement ::= RESET.                            { builder_statement(builder, STATEMENT_OTHER); }
statement ::= RESET literal(K).                 { builder_reset(builder, K); }
statement ::= RESET ANY.                        { builder_raw_setting(builder); }
statement ::= RESET ANY run.                    { builder_raw_setting(builder); }

statement ::= USE path(P).                      { builder_use(builder, STATEMENT_USE_DATABASE, P); }
statement ::= USE CATALOG name(N).              { builder_use(builder, STATEMENT_USE_CATALOG, N); }
statement ::= USE MODULES names.                { builder_statement(builder, STATEMENT_OTHER); }

statement ::= other_start optional_run.         { builder_other(builder); }
other_start ::= ANY.
other_start ::= nested.
