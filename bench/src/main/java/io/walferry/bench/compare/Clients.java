package io.walferry.bench.compare;

import io.walferry.bench.follow.PipelineColumnsClient;
import io.walferry.bench.follow.PipelineJsonLinesClient;
import io.walferry.bench.follow.PipelinePostgresClient;
import io.walferry.bench.follow.StreamClient;
import io.walferry.bench.follow.TypedStreamClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Everybody who can drain a slot, in the order of their turns.
 *
 * <p>Another destination of Walferry needs one more main class beside {@link
 * PipelineColumnsClient}, and its line here.
 */
final class Clients {
  private static final int PARALLEL_SINCE = 16;

  private final Jvm jvm;
  private final Optional<Path> debezium;
  private final int major;
  private final Optional<Path> recvlogical = Recvlogical.find();

  /**
   * Everybody's programs.
   *
   * @param heap of every JVM, as {@code -Xmx} takes it
   * @param debezium the directory with the built Debezium client
   * @param major version of the servers
   */
  Clients(String heap, Optional<Path> debezium, int major) {
    this.jvm = new Jvm(heap);
    this.major = major;
    this.debezium = debezium;
  }

  List<Client> all() {
    return List.of(
        ours("stream", Work.READ, StreamClient.class, "ChangeStream; a string of every column"),
        typed("text"),
        recvlogical("text", "protocol 1, text, to /dev/null", "proto_version=1"),
        typed("binary"),
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
        durable("NONE"),
        durable("ZSTD"),
        debezium("json", Work.SERIALISE, "engine, JSON of every change in Debezium's envelope"),
        ours(
            "postgres",
            Work.APPLY,
            PipelinePostgresClient.class,
            "Pipeline into PostgreSQL, with every default"),
        SubscriptionClient.applying(),
        SubscriptionClient.applyingInParallel(
            major >= PARALLEL_SINCE
                ? Optional.empty()
                : Optional.of("there is no streaming = parallel before " + PARALLEL_SINCE)));
  }

  private Client ours(String variant, Work work, Class<?> main, String description) {
    return new ProgramClient(
        Client.OURS + variant,
        work,
        description,
        Optional.empty(),
        true,
        task -> jvm.ours(main, task));
  }

  private Client typed(String form) {
    return told(
        "typed-" + form,
        "ChangeStream, " + form + "; every column as the Java value of its type",
        TypedStreamClient.class,
        form);
  }

  private Client durable(String compression) {
    String name = compression.toLowerCase(Locale.ROOT);
    return told(
        "durable-" + name,
        "the same Pipeline with a durable spool, compression " + name,
        PipelineColumnsClient.class,
        compression);
  }

  /** With an argument of its own. */
  private Client told(String variant, String description, Class<?> main, String argument) {
    return new ProgramClient(
        Client.OURS + variant,
        Work.READ,
        description,
        Optional.empty(),
        true,
        task -> {
          List<String> words = jvm.ours(main, task);
          words.add(argument);
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
        task -> Recvlogical.command(recvlogical.orElseThrow(), task, options));
  }

  private Client debezium(String format, Work work, String description) {
    return new ProgramClient(
        "debezium-" + format,
        work,
        description,
        debezium.isPresent() ? Optional.empty() : Optional.of("not built"),
        true,
        task -> {
          List<String> words =
              jvm.theirs(
                  debezium.orElseThrow().resolve("*") + ":" + debezium.orElseThrow() + "/lib/*",
                  "io.walferry.bench.debezium.DebeziumClient");
          words.addAll(List.of(format, Integer.toString(task.source().server().port())));
          words.add(task.source().database().name());
          words.addAll(List.of(task.slot(), task.load().load().publication()));
          words.add(String.join(",", task.load().load().tables()));
          words.add(Long.toString(task.load().rows()));
          return words;
        });
  }
}
