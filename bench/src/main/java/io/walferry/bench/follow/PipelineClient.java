package io.walferry.bench.follow;

import io.walferry.bench.process.Conversation;
import io.walferry.pipeline.CommittedBatch;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.pipeline.Until;
import io.walferry.sink.Sink;
import io.walferry.spool.SpoolSettings;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** A pipeline with every default into one sink, to the end of the load. */
final class PipelineClient {
  private final FollowTask task;
  private final Optional<SpoolSettings> spool;
  private long rows;

  private PipelineClient(FollowTask task, Optional<SpoolSettings> spool) {
    this.task = task;
    this.spool = spool;
  }

  static void drain(FollowTask task, Supplier<Sink> sinks) {
    drain(task, Optional.empty(), sinks);
  }

  static void drain(FollowTask task, Optional<SpoolSettings> spool, Supplier<Sink> sinks) {
    PipelineClient client = new PipelineClient(task, spool);
    client.pipeline(sinks).run();
    Conversation.reportEnd(client.rows);
  }

  private Pipeline pipeline(Supplier<Sink> sinks) {
    FeedSettings feed =
        new FeedSettings(
            task.slot(), task.slot(), task.publication(), List.of(), false, LoadMode.NONE);
    PipelineSettings defaults = PipelineSettings.of(feed).with(new Until.At(task.end()));
    PipelineSettings settings =
        spool.map(it -> defaults.with(defaults.stream().with(it))).orElse(defaults);
    PipelineListener counter =
        new PipelineListener() {
          @Override
          public void committed(CommittedBatch batch) {
            rows += batch.changes();
          }
        };
    return new Pipeline(settings, task.source(), sinks, counter);
  }

  /** The benchmark closes it when it has seen enough. */
  static void stopWithInput(Pipeline pipeline) {
    Thread.ofPlatform()
        .daemon()
        .name("bench-input")
        .start(
            () -> {
              Conversation.awaitEndOfInput();
              pipeline.stop();
            });
  }
}
