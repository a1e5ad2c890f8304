package io.walferry.pipeline;

import io.walferry.change.Lsn;
import java.sql.Connection;
import java.util.Optional;

/** The LSN at which a pipeline ends, the same for all its attempts. Pipeline's thread only. */
final class EndPoint {
  private final Until until;
  private Optional<Lsn> now = Optional.empty();

  EndPoint(Until until) {
    this.until = until;
  }

  Optional<Lsn> resolve(Connection sql) {
    return switch (until) {
      case Until.Stopped stopped -> Optional.empty();
      case Until.At at -> Optional.of(at.lsn());
      case Until.Now unresolved -> {
        if (now.isEmpty()) {
          now = Optional.of(WalEnd.read(sql));
        }
        yield now;
      }
    };
  }
}
