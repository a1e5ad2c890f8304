package io.walferry.cli.config;

import io.walferry.deadletter.RowPolicies;
import io.walferry.deadletter.RowPolicy;
import io.walferry.publication.InvalidText;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks that each sink of a feed can do what {@code source.invalidText} asks for. */
final class InvalidTextRules {
  /** Reads the words that the setting may have. */
  static final Format<InvalidText> WORDS =
      Format.choice(
          Map.of(
              "fail", InvalidText.FAIL,
              "replace", InvalidText.REPLACE,
              "deadLetter", InvalidText.DEAD_LETTER),
          List.of("fail", "replace", "deadLetter"));

  private final Reading reading;
  private final Section source;
  private final Section sinks;

  InvalidTextRules(Reading reading, Section source, Section sinks) {
    this.reading = reading;
    this.source = source;
    this.sinks = sinks;
  }

  /** Reports a problem for each sink that cannot. */
  void check(InvalidText policy, List<SinkConfig> configs) {
    for (SinkConfig sink : configs) {
      Optional<String> problem =
          switch (policy) {
            case FAIL -> Optional.empty();
            case REPLACE -> ofChosenKeys("replace", sink);
            case DEAD_LETTER -> ofChosenKeys("deadLetter", sink).or(() -> ofLetters(sink));
          };
      problem.ifPresent(
          it ->
              reading.problem(
                  source.placeOf("invalidText"),
                  "'%s: %s".formatted(source.pathOf("invalidText"), it)));
    }
  }

  /** The source knows its own keys, in which nothing is replaced, and no others. */
  private Optional<String> ofChosenKeys(String policy, SinkConfig sink) {
    boolean chosen =
        sink.plain() instanceof SinkConfig.Kafka kafka
            && !kafka.settings().records().keys().isEmpty();
    return chosen
        ? Optional.of(
            "%s' could make two keys of records one, where '%s.keys' names their columns"
                .formatted(policy, path(sink)))
        : Optional.empty();
  }

  private Optional<String> ofLetters(SinkConfig sink) {
    String needed = "deadLetter' needs dead letters at every sink, but '" + path(sink);
    return switch (sink.plain()) {
      case SinkConfig.Kafka kafka -> Optional.empty();
      case SinkConfig.JsonLines lines -> Optional.of(needed + "' has none");
      // Whether a plug-in keeps letters is known when it gets the first one.
      case SinkConfig.Provided provided -> Optional.empty();
      case SinkConfig plain -> ofRows(plain.rows()).map(it -> needed + it);
    };
  }

  private static Optional<String> ofRows(RowPolicies rows) {
    if (rows.refused() != RowPolicy.DEAD_LETTER) {
      return Optional.of(".rows.refused' is not deadLetter");
    }
    boolean halts =
        rows.updateMissing() == RowPolicy.HALT || rows.deleteMissing() == RowPolicy.HALT;
    return halts
        ? Optional.of(
            ".rows' stops the feed at the next change of such a row, which is missing there; set"
                + " its 'updateMissing' and 'deleteMissing' to deadLetter too, or leave them out")
        : Optional.empty();
  }

  private String path(SinkConfig sink) {
    return sinks.section(sink.name()).path();
  }
}
