package io.walferry.library;

import io.walferry.checkpoint.CheckpointStore;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.sink.Sink;
import io.walferry.time.NanoClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a builder has put together.
 *
 * @param checkpoint empty if nothing is remembered
 * @param routes of callbacks; none for the pull form
 * @param sink that takes the place of callbacks
 * @param errors what becomes of callbacks that fail
 */
record WalferrySettings(
    PostgresConnector source,
    PipelineSettings pipeline,
    Optional<CheckpointStore> checkpoint,
    boolean acceptsConfiguration,
    List<Route> routes,
    Optional<Supplier<Sink>> sink,
    Errors errors,
    Limits limits) {
  /** Who decides about callbacks that fail, and who takes what is rejected. */
  record Errors(ErrorPolicy policy, Optional<Consumer<Rejection>> rejected) {}

  /**
   * Bounds.
   *
   * @param events that may wait for their acknowledgement
   * @param bytes of these
   * @param drain how long a stop waits for acknowledgements
   */
  record Limits(int events, long bytes, Duration drain) {}

  WalferrySettings {
    routes = List.copyOf(routes);
  }

  String name() {
    return pipeline.feed().pipeline();
  }

  /** The clock that the feed waits and measures by. */
  NanoClock clock() {
    return pipeline.clock();
  }

  boolean isPulled() {
    return routes.isEmpty() && sink.isEmpty();
  }

  /** What a checkpoint belongs to. */
  Map<String, String> configuration() {
    return Map.of(
        "database", source.settings().database(),
        "publication", pipeline.feed().publication(),
        "tables", String.join(", ", pipeline.feed().tables().stream().sorted().toList()),
        "snapshot", pipeline.feed().load().name());
  }
}
