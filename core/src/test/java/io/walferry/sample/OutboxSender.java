package io.walferry.sample;

import io.walferry.checkpoint.FileCheckpointStore;
import io.walferry.library.ErrorPolicy;
import io.walferry.library.Walferry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Sends what is written to an outbox table, several messages at a time, each at least once. Ends
 * when Enter is pressed.
 */
public final class OutboxSender {
  private OutboxSender() {}

  public static void main(String[] arguments) throws Exception {
    try (ExecutorService senders = Executors.newFixedThreadPool(4);
        Walferry feed =
            Walferry.builder()
                .source(arguments[0])
                .name("outbox_sender")
                .tables("public.outbox")
                .checkpoint(new FileCheckpointStore(Path.of(arguments[1])))
                .outstanding(100, 16 << 20)
                .callbacks(
                    on ->
                        on.insert(
                            "public.outbox",
                            (message, acknowledgement) ->
                                acknowledgement.when(
                                    CompletableFuture.runAsync(
                                        () -> send(message.row().getString("body")), senders))))
                .onError(
                    ErrorPolicy.retry(
                        Duration.ofMillis(100), Duration.ofSeconds(10), 5, ErrorPolicy.reject()))
                .onRejected(it -> System.out.println("rejected: " + it.event().origin()))
                .build()) {
      feed.start();
      System.in.read();
    }
  }

  private static void send(String body) {
    System.out.println("sent: " + body);
  }
}
