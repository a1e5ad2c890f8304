package io.walferry.bench.drain;

import io.walferry.bench.follow.PipelineColumnsClient;
import io.walferry.bench.follow.PipelineJsonLinesClient;
import io.walferry.bench.follow.StreamClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Everybody who can be measured, in the order of their turns.
 *
 * <p>Another destination of Walferry needs one more main class beside {@link
 * PipelineColumnsClient}, and its line here.
 */
final class Clients {
  private final String heap;
  private final Optional<Path> debezium;
  private final Optional<Path> recvlogical = Recvlogical.find();

  /**
   * Everybody's programs.
   *
   * @param heap of every JVM, as {@code -Xmx} takes it
   * @param debezium the directory with the built Debezium client
   */
  Clients(String heap, Optional<Path> debezium) {
    this.heap = heap;
    this.debezium = debezium;
  }

  List<Client> all() {
    return List.of(
        ours("stream", Work.READ, StreamClient.class, "ChangeStream; a string of every column"),
        recvlogical("text", "protocol 1, text, to /dev/null", "proto_version=1"),
        debezium("connect", Work.READ, "engine, a Connect record of every change, not serialised"),
        ours(
            "pipeline",
            Work.READ,
            PipelineColumnsClient.class,
            "Pipeline into a sink that makes a string of every column"),
        recvlogical("binary", "protocol 1, binary", "proto_version=1", "binary=true"),
        recvlogical("streaming", "protocol 2, streaming", "proto_version=2", "streaming=on"),
        ours(
            "jsonlines",
            Work.SERIALISE,
            PipelineJsonLinesClient.class,
            "Pipeline into JSON lines, thrown away"),
        debezium("json", Work.SERIALISE, "engine, JSON of every change in Debezium's envelope"),
        new SubscriptionClient());
  }

  private Client ours(String variant, Work work, Class<?> main, String description) {
    String classPath = System.getProperty("java.class.path");
    return new ProgramClient(
        Client.OURS + variant,
        work,
        description,
        Optional.empty(),
        true,
        drain -> {
          String uri = drain.source().database().uri();
          List<String> words = java(classPath, main.getName());
          words.addAll(List.of(uri, drain.slot(), drain.load().load().publication()));
          words.add(drain.load().end().toString());
          words.add(drain.destination().map(it -> it.database().uri()).orElse(uri));
          return words;
        });
  }

  private Client recvlogical(String variant, String description, String... options) {
    return new ProgramClient(
        "recvlogical-" + variant,
        Work.RECEIVE,
        recvlogical.map(Path::toString).orElse("pg_recvlogical") + ", " + description,
        recvlogical.isPresent() ? Optional.empty() : Optional.of("not installed"),
        false,
        drain -> Recvlogical.command(recvlogical.orElseThrow(), drain, options));
  }

  private Client debezium(String format, Work work, String description) {
    return new ProgramClient(
        "debezium-" + format,
        work,
        description,
        debezium.isPresent() ? Optional.empty() : Optional.of("not built"),
        true,
        drain -> {
          List<String> words =
              java(
                  debezium.orElseThrow().resolve("*") + ":" + debezium.orElseThrow() + "/lib/*",
                  "io.walferry.bench.debezium.DebeziumClient");
          words.addAll(List.of(format, Integer.toString(drain.source().server().port())));
          words.add(drain.source().database().name());
          words.addAll(List.of(drain.slot(), drain.load().load().publication()));
          words.add(String.join(",", drain.load().load().tables()));
          words.add(Long.toString(drain.load().rows()));
          return words;
        });
  }

  /** The same JVM with the same heap for everybody. */
  private List<String> java(String classPath, String main) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-Xmx" + heap, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
    words.addAll(List.of("-cp", classPath, main));
    return words;
  }
}
