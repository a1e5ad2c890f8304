package io.walferry.sinks.position;

import io.walferry.change.TableId;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.RowAttempts;
import io.walferry.sinks.sql.SqlSession;
import java.util.List;

/** Attempts as savepoints of a session's open transaction. Not for several threads. */
public final class SavepointAttempts implements RowAttempts {
  private final SqlSession session;
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

  SavepointAttempts(SqlSession session, Waiting waiting, DeadLetterTable letters) {
    this.session = session;
    this.waiting = waiting;
    this.letters = letters;
  }

  @Override
  public void attempt() {
    waiting.begin();
    waiting.flush();
    depth++;
    run("SAVEPOINT ");
  }

  @Override
  public void accept() {
    waiting.flush();
    run("RELEASE SAVEPOINT ");
    depth--;
  }

  @Override
  public void takeBack() {
    waiting.drop();
    run("ROLLBACK TO SAVEPOINT ");
    run("RELEASE SAVEPOINT ");
    depth--;
  }

  private void run(String statement) {
    int unused = session.execute("take changes in attempts", statement + "walferry_" + depth);
  }

  @Override
  public long bury(DeadLetter letter) {
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
  public void absolve(List<TableId> tables) {
    letters.absolve(tables);
  }
}
