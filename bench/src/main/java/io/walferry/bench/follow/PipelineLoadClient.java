package io.walferry.bench.follow;

import io.walferry.bench.process.Conversation;
import io.walferry.change.TableId;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.LoadMode;
import io.walferry.pipeline.Pipeline;
import io.walferry.pipeline.PipelineListener;
import io.walferry.pipeline.PipelineSettings;
import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;
import java.util.List;

/**
 * A pipeline that loads what a publication carries into another PostgreSQL with a given number of
 * readers, and follows then until its standard input is closed.
 */
public final class PipelineLoadClient {
  private long rows;

  private PipelineLoadClient() {}

  public static void main(String[] arguments) {
    int readers = Integer.parseInt(arguments[5]);
    new PipelineLoadClient().load(FollowTask.of(arguments), readers);
  }

  private void load(FollowTask task, int readers) {
    FeedSettings feed =
        new FeedSettings(
            task.slot(), task.slot(), task.publication(), List.of(), true, LoadMode.SNAPSHOT);
    PipelineSettings settings =
        PipelineSettings.of(feed).withLoad(readers, PipelineSettings.CHUNK_BYTES_DEFAULT);
    PipelineListener counter =
        new PipelineListener() {
          @Override
          public void rowsLoaded(TableId table, long count, long bytes) {
            rows += count;
          }
        };
    Pipeline pipeline =
        new Pipeline(
            settings,
            task.source(),
            () -> new PostgresSink(task.destination(), PostgresSinkSettings.DEFAULT),
            counter);
    PipelineClient.stopWithInput(pipeline);
    Conversation.reportBegin();
    pipeline.run();
    Conversation.reportEnd(rows);
  }
}
