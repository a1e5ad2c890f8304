package io.walferry.bench.follow;

import io.walferry.sinks.postgres.PostgresSink;
import io.walferry.sinks.postgres.PostgresSinkSettings;

/** A pipeline into another PostgreSQL. */
public final class PipelinePostgresClient {
  private PipelinePostgresClient() {}

  public static void main(String[] arguments) {
    FollowTask task = FollowTask.of(arguments);
    PipelineClient.drain(
        task, () -> new PostgresSink(task.destination(), PostgresSinkSettings.DEFAULT));
  }
}
