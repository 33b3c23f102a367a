package Summary;
# prove's usual output, and below it one line: how many assertions passed, failed and were skipped. A test file
# that dies, or runs another number of tests than it planned, counts as one failure more.
# A run in which nothing ran at all fails.
use strict;
use warnings;
use parent 'TAP::Formatter::Console';

my $nothing_ran;

sub summary {
    my ($self, $aggregate, $interrupted) = @_;
    $self->SUPER::summary($aggregate, $interrupted);
    my ($passed, $failed, $skipped) = (0, $interrupted ? 1 : 0, 0);
    for my $parser ($aggregate->parsers) {
        $passed += $parser->passed - $parser->skipped;
        $failed += $parser->failed || ($parser->has_problems ? 1 : 0);
        $skipped += $parser->skip_all ? 1 : $parser->skipped;
    }
    $nothing_ran = $passed + $failed == 0;
    $self->_output("$passed passed, $failed failed" . ($skipped ? ", $skipped skipped\n" : "\n"));
}

END { $? ||= 1 if $nothing_ran }

1;
