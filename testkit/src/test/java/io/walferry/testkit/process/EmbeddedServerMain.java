package io.walferry.testkit.process;

import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** Starts the server of the kind that it is told, says where it is, and waits to be killed. */
final class EmbeddedServerMain {
  static final String POSTGRES = "POSTGRES";

  private EmbeddedServerMain() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments[0].equals(POSTGRES)) {
      PostgresServer server = PostgresServer.builder().start();
      Path data = server.dataDirectory();
      tell(server.port(), data.resolve("postmaster.pid"), data);
    } else {
      MysqlServer server = MysqlServer.builder(MysqlFlavor.valueOf(arguments[0])).start();
      Path data = server.dataDirectory();
      tell(server.port(), data.resolveSibling("server.pid"), data);
    }
    new CountDownLatch(1).await();
  }

  private static void tell(int port, Path pidFile, Path data) throws IOException {
    System.out.println("server " + port + " " + Files.readAllLines(pidFile).get(0) + " " + data);
  }
}
