package io.walferry.bench.follow;

/** A pipeline into a sink that reads every column. */
public final class PipelineColumnsClient {
  private PipelineColumnsClient() {}

  public static void main(String[] arguments) {
    StringColumns columns = new StringColumns();
    PipelineClient.drain(FollowTask.of(arguments), () -> new ColumnSink(new ColumnReader(columns)));
    System.err.println(columns.characters() + " characters");
  }
}
