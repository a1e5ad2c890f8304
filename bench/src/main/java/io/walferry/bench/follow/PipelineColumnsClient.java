package io.walferry.bench.follow;

/** A pipeline into a sink that reads every column. */
public final class PipelineColumnsClient {
  private PipelineColumnsClient() {}

  public static void main(String[] arguments) {
    PipelineClient.drain(FollowTask.of(arguments), ColumnSink::new);
  }
}
