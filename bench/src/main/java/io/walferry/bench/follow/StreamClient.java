package io.walferry.bench.follow;

import io.walferry.stream.OutputOptions;

/** The library's stream; a string of every column. */
public final class StreamClient {
  private StreamClient() {}

  public static void main(String[] arguments) {
    StringColumns columns = new StringColumns();
    StreamDrain.drain(FollowTask.of(arguments), OutputOptions.Form.TEXT, columns);
    System.err.println(columns.characters() + " characters");
  }
}
