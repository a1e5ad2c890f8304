package io.walferry.cli;

import io.walferry.cli.config.FeedConfig;
import io.walferry.error.DidYouMean;
import io.walferry.pipeline.Until;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Those of a configuration's pipelines that somebody wants to run.
 *
 * @param only names; none stands for all
 */
record FeedSelection(List<FeedConfig> configured, List<String> only) {
  FeedSelection {
    configured = List.copyOf(configured);
    only = List.copyOf(only);
  }

  /** In the order of the file. */
  List<FeedConfig> feeds() {
    return configured.stream()
        .filter(feed -> only.isEmpty() || only.contains(feed.name()))
        .toList();
  }

  /** What is wrong with the names. */
  Optional<Failure> unknown() {
    List<String> names = configured.stream().map(FeedConfig::name).toList();
    return only.stream()
        .filter(name -> !names.contains(name))
        .findFirst()
        .map(
            name ->
                Failure.ofUsage(
                    "--only: there is no pipeline '%s'".formatted(name)
                        + DidYouMean.suffix(name, names),
                    "The pipelines are: " + String.join(", ", names) + "."));
  }

  /** Why they cannot end there: a position belongs to one server. */
  Optional<Failure> refusal(Until until) {
    List<FeedConfig> feeds = feeds();
    FeedConfig first = feeds.getFirst();
    boolean oneServer = feeds.stream().allMatch(feed -> feed.source().isOnServerOf(first.source()));
    if (oneServer || !(until instanceof Until.At at)) {
      return Optional.empty();
    }
    String sources =
        feeds.stream()
            .map(feed -> feed.name() + " from " + feed.source().connection().display())
            .collect(Collectors.joining(", "));
    return Optional.of(
        Failure.ofUsage(
            "--until-lsn %s means one server's log, but there are several: %s"
                .formatted(at.lsn(), sources),
            "Use '--until-lsn now', which is each server's own, or name the pipelines of one server"
                + " with --only."));
  }
}
