package io.walferry.testkit.process;

import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.CountDownLatch;

/** Starts a server, says where it is, and waits to be killed. */
final class EmbeddedServerMain {
  private EmbeddedServerMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    PostgresServer server = PostgresServer.builder().start();
    String pid = Files.readAllLines(server.dataDirectory().resolve("postmaster.pid")).get(0);
    System.out.println("server " + server.port() + " " + pid + " " + server.dataDirectory());
    new CountDownLatch(1).await();
  }
}
