package io.walferry.bench.follow;

import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import java.nio.file.Path;
import java.util.List;

/**
 * A pipeline with every default while somebody writes; a change is delivered when its sink has it.
 */
public final class LatencyPipelineClient {
  private LatencyPipelineClient() {}

  public static void main(String[] arguments) {
    FollowTask task = FollowTask.of(arguments);
    LatencyReader reader = new LatencyReader(Path.of(arguments[5]));
    FeedSettings feed =
        new FeedSettings(
            task.slot(), task.slot(), task.publication(), List.of(), false, LoadMode.NONE);
    Pipeline pipeline =
        new Pipeline(
            PipelineSettings.of(feed),
            task.source(),
            () -> new ColumnSink(reader),
            PipelineListener.SILENT);
    PipelineClient.stopWithInput(pipeline);
    pipeline.run();
  }
}
