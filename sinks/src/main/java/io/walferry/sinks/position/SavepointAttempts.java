package io.walferry.sinks.position;

import io.walferry.change.TableId;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.RowAttempts;
import io.walferry.sinks.sql.SqlSession;
import java.util.List;

/** Attempts as savepoints of a session's open transaction. Not for several threads. */
public final class SavepointAttempts implements RowAttempts {
  private final SqlSession session;
  private final PositionDialect dialect;
  private final Waiting waiting;
  private final DeadLetterTable letters;
  private int depth;

  /** What a sink has still to send. */
  public interface Waiting {
    /** Begins a transaction unless one is open. */
    void begin();

    /** Applies everything that came. */
    void flush();

    /** Forgets what was not applied, and what is known of tables since the attempt began. */
    void drop();
  }

  SavepointAttempts(
      SqlSession session, PositionDialect dialect, Waiting waiting, DeadLetterTable letters) {
    this.session = session;
    this.dialect = dialect;
    this.waiting = waiting;
    this.letters = letters;
  }

  @Override
  public void attempt() {
    waiting.begin();
    waiting.flush();
    depth++;
    run(dialect.savepoint(name()));
  }

  @Override
  public void accept() {
    waiting.flush();
    release();
    depth--;
  }

  @Override
  public void takeBack() {
    waiting.drop();
    run(dialect.rollbackTo(name()));
    release();
    depth--;
  }

  private void release() {
    dialect.release(name()).ifPresent(this::run);
  }

  private String name() {
    return "walferry_" + depth;
  }

  private void run(String statement) {
    int unused = session.execute("take changes in attempts", statement);
  }

  @Override
  public long bury(DeadLetter letter) {
    waiting.begin();
    return letters.bury(letter);
  }

  @Override
  public long letters() {
    return letters.count();
  }

  @Override
  public void absolve(TableId table, List<String> keys) {
    letters.absolve(table, keys);
  }

  @Override
  public void rename(TableId table, TableId to) {
    waiting.begin();
    letters.rename(table, to);
  }

  @Override
  public void absolve(List<TableId> tables) {
    letters.absolve(tables);
  }
}
