package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Lsn;
import io.walferry.spool.Spool;
import io.walferry.spool.SpoolSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PreparedTransactionsTest {
  @TempDir Path directory;

  /** A gid is free again as soon as its transaction has committed, durable here or not. */
  @Test
  void anIdThatIsUsedAgainDoesNotHideOneThatIsNotDurable() {
    try (Spool spool = new Spool(SpoolSettings.in(directory))) {
      PreparedTransactions prepared = new PreparedTransactions();
      prepared.add("g", new Lsn(100), pending(spool));
      prepared.commit("g", new Lsn(300));
      prepared.add("g", new Lsn(400), pending(spool));
      assertEquals(new Lsn(100), prepared.confirmable(new Lsn(200)));
      assertEquals(new Lsn(400), prepared.confirmable(new Lsn(500)));
    }
  }

  private static PendingTransaction pending(Spool spool) {
    return new PendingTransaction(spool.begin(), new RelationCache(), relation -> 0);
  }
}
