package io.walferry.bench.compare;

import io.walferry.bench.follow.LatencyPipeClient;
import io.walferry.bench.follow.LatencyPipelineClient;
import io.walferry.bench.follow.LatencyStreamClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whose delay is measured: programs of ours, one of which reads what pg_recvlogical prints. */
enum LatencyClient {
  STREAM("walferry-stream", "ChangeStream; a string of every column", LatencyStreamClient.class),
  RECVLOGICAL(
      "recvlogical-text",
      "pg_recvlogical, protocol 1, text, through a pipe into a reader that looks at the clock",
      LatencyPipeClient.class),
  PIPELINE(
      "walferry-pipeline",
      "Pipeline with every default, until its sink has the change; a string of every column",
      LatencyPipelineClient.class);

  static final String PUBLICATION = "bench_latency";

  private final String label;
  private final String description;
  private final Class<?> main;

  LatencyClient(String label, String description, Class<?> main) {
    this.label = label;
    this.description = description;
    this.main = main;
  }

  /** As the user types it. */
  String label() {
    return label;
  }

  String description() {
    return description;
  }

  boolean isOurs() {
    return label.startsWith(Client.OURS);
  }

  /** Why it cannot run here. */
  Optional<String> missing() {
    return isOurs() || Recvlogical.find().isPresent()
        ? Optional.empty()
        : Optional.of("not installed");
  }

  /**
   * The words that start it.
   *
   * @param file gets the microseconds
   */
  List<String> command(Jvm jvm, String uri, String slot, Path file) {
    List<String> words = jvm.ours(main);
    words.addAll(List.of(uri, slot, PUBLICATION, "0/0", uri, file.toString()));
    if (!isOurs()) {
      words.addAll(recvlogical(uri, slot));
    }
    return words;
  }

  private static List<String> recvlogical(String uri, String slot) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of(Recvlogical.find().orElseThrow().toString(), "--dbname", uri));
    words.addAll(List.of("--slot", slot, "--start", "--no-loop", "--file", "-"));
    words.addAll(List.of("-o", "publication_names=" + PUBLICATION, "-o", "proto_version=1"));
    return words;
  }
}
