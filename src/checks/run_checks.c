/* The comparison of all files of a run. */
#include "checks/conflicts.h"
#include "checks/registry.h"

typedef struct RunCheck {
    const char *id;
    Conflicts (*conflicts)(const Facts *facts, bool across_files, Arena *arena);
    Str (*message)(const Conflict *conflict, bool across_files, Arena *arena);
    const char *hint;      /* NULL: server_ids_hint() */
    Severity if_uncertain; /* what it is at most, unless lint.ID sets it, where no statement reads the sources */
} RunCheck;

static const RunCheck checks[] = {
    {"mysql-server-id-overlap", conflicts_of_server_ids, server_ids_message, NULL, SEVERITY_ERROR},
    {"slot-shared-by-sources", conflicts_of_slots, slots_message, SLOTS_HINT, SEVERITY_WARNING},
    {"slot-suffix-collision", conflicts_of_numbers, numbers_message, NUMBERS_HINT, SEVERITY_ERROR},
};

static Severity severity_of(const RunCheck *check, Severity severity, const Conflict *conflict) {
    bool is_softened = !conflict->is_certain && severity == check_at(check_index(str_of(check->id)))->severity;
    return is_softened && severity > check->if_uncertain ? check->if_uncertain : severity;
}

void run_checks(const Facts *facts, const Severity *severities, Arena *arena, Findings *findings) {
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        const RunCheck *check = &checks[i];
        Severity severity = severities[check_index(str_of(check->id))];
        if (severity == SEVERITY_OFF) {
            continue;
        }
        Conflicts conflicts = check->conflicts(facts, true, arena);
        for (size_t j = 0; j < conflicts.count; j++) {
            const Conflict *conflict = &conflicts.items[j];
            Str hint = check->hint != NULL ? str_of(check->hint) : server_ids_hint(conflict, arena);
            finding_add(findings, (Finding){.severity = severity_of(check, severity, conflict),
                                            .id = check->id,
                                            .file = conflict->here->file,
                                            .place = conflict->here->place,
                                            .message = check->message(conflict, true, arena),
                                            .hint = hint});
        }
    }
}
