package io.walferry.bench.follow;

import io.walferry.sinks.jsonlines.JsonLinesSink;
import java.io.OutputStream;

/** A pipeline that makes a line of JSON of every change, and throws the lines away. */
public final class PipelineJsonLinesClient {
  private PipelineJsonLinesClient() {}

  public static void main(String[] arguments) {
    PipelineClient.drain(
        FollowTask.of(arguments),
        () -> JsonLinesSink.toStream(OutputStream.nullOutputStream(), "nowhere"));
  }
}
