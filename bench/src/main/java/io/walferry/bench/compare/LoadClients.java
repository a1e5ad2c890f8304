package io.walferry.bench.compare;

import io.walferry.bench.follow.CopyClient;
import io.walferry.bench.follow.PipelineLoadClient;
import java.util.List;
import java.util.Optional;

/** Everybody who can load a table, in the order of their turns. */
final class LoadClients {
  /** From here on tables come as binary where the subscription is. */
  private static final int BINARY_SYNC_MAJOR = 16;

  private final Jvm jvm;
  private final int major;

  LoadClients(String heap, int major) {
    this.jvm = new Jvm(heap);
    this.major = major;
  }

  List<Client> all() {
    return List.of(
        ours(1),
        SubscriptionClient.loading("tablesync-text", "", Optional.empty()),
        copy(1),
        ours(2),
        copy(2),
        SubscriptionClient.loading(
            "tablesync-binary",
            ", binary = true",
            major < BINARY_SYNC_MAJOR
                ? Optional.of("needs PostgreSQL " + BINARY_SYNC_MAJOR)
                : Optional.empty()),
        ours(4));
  }

  private Client copy(int connections) {
    return new ProgramClient(
        "copy-binary-" + connections,
        Work.LOAD,
        "binary COPY into binary COPY by pgjdbc, connections at either end: " + connections,
        Optional.empty(),
        true,
        task -> {
          List<String> words = jvm.ours(CopyClient.class, task);
          words.addAll(List.of(task.load().load().insertedTable(), Integer.toString(connections)));
          return words;
        });
  }

  private Client ours(int readers) {
    return new LoadingClient(
        Client.OURS + "readers-" + readers,
        "Pipeline into PostgreSQL, loadReaders " + readers,
        task -> {
          List<String> words = jvm.ours(PipelineLoadClient.class, task);
          words.add(Integer.toString(readers));
          return words;
        });
  }
}
