package io.walferry.library;

import io.walferry.library.Route.Call;
import io.walferry.library.Route.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is called for which events. A table is named by a pattern such as {@code public.orders} or
 * {@code shop.*}, see {@link io.walferry.publication.TablePattern}. Several callbacks may be for
 * the same event: they are called in the order in which they were given. Each exists in two forms:
 * one that has dealt with the event when it returns, and one that is handed an {@link
 * Acknowledgement} for later.
 *
 * <p>Existing rows come to the callbacks for inserts. Used by one thread, before the feed starts.
 */
public final class Callbacks {
  private final List<Route> routes = new ArrayList<>();

  Callbacks() {}

  List<Route> routes() {
    return List.copyOf(routes);
  }

  public Callbacks begin(Handler<Event.Begin> handler) {
    return add(Kind.BEGIN, direct(Event.Begin.class, handler));
  }

  public Callbacks begin(ManualHandler<Event.Begin> handler) {
    return add(Kind.BEGIN, manual(Event.Begin.class, handler));
  }

  public Callbacks commit(Handler<Event.Commit> handler) {
    return add(Kind.COMMIT, direct(Event.Commit.class, handler));
  }

  public Callbacks commit(ManualHandler<Event.Commit> handler) {
    return add(Kind.COMMIT, manual(Event.Commit.class, handler));
  }

  public Callbacks insert(String tables, Handler<Event.Insert> handler) {
    return add(Kind.INSERT, tables, direct(Event.Insert.class, handler));
  }

  public Callbacks insert(String tables, ManualHandler<Event.Insert> handler) {
    return add(Kind.INSERT, tables, manual(Event.Insert.class, handler));
  }

  public Callbacks update(String tables, Handler<Event.Update> handler) {
    return add(Kind.UPDATE, tables, direct(Event.Update.class, handler));
  }

  public Callbacks update(String tables, ManualHandler<Event.Update> handler) {
    return add(Kind.UPDATE, tables, manual(Event.Update.class, handler));
  }

  public Callbacks delete(String tables, Handler<Event.Delete> handler) {
    return add(Kind.DELETE, tables, direct(Event.Delete.class, handler));
  }

  public Callbacks delete(String tables, ManualHandler<Event.Delete> handler) {
    return add(Kind.DELETE, tables, manual(Event.Delete.class, handler));
  }

  /** Inserts, updates and deletes. */
  public Callbacks row(String tables, Handler<Event.RowChange> handler) {
    return rows(tables, direct(Event.RowChange.class, handler));
  }

  /** Inserts, updates and deletes. */
  public Callbacks row(String tables, ManualHandler<Event.RowChange> handler) {
    return rows(tables, manual(Event.RowChange.class, handler));
  }

  /** Called once for tables that are emptied together, if one of them is meant. */
  public Callbacks truncate(String tables, Handler<Event.Truncate> handler) {
    return add(Kind.TRUNCATE, tables, direct(Event.Truncate.class, handler));
  }

  /** Called once for tables that are emptied together, if one of them is meant. */
  public Callbacks truncate(String tables, ManualHandler<Event.Truncate> handler) {
    return add(Kind.TRUNCATE, tables, manual(Event.Truncate.class, handler));
  }

  /** Messages with exactly this prefix, transactional or not. */
  public Callbacks message(String prefix, Handler<Event.Message> handler) {
    return messages(prefix, direct(Event.Message.class, handler));
  }

  /** Messages with exactly this prefix, transactional or not. */
  public Callbacks message(String prefix, ManualHandler<Event.Message> handler) {
    return messages(prefix, manual(Event.Message.class, handler));
  }

  /**
   * Called before a checkpoint is saved, if something was delivered since the last one: whoever has
   * gathered work writes it now. It cannot be rejected.
   */
  public Callbacks batch(Handler<Event.Batch> handler) {
    return add(Kind.BATCH, direct(Event.Batch.class, handler));
  }

  /** Everything but batches, of every table. */
  public Callbacks every(Handler<Event> handler) {
    return every(new Call.Direct(handler));
  }

  /** Everything but batches, of every table. */
  public Callbacks every(ManualHandler<Event> handler) {
    return every(new Call.Manual(handler));
  }

  private Callbacks every(Call call) {
    for (Kind kind : Kind.values()) {
      if (kind != Kind.BATCH) {
        add(kind, call);
      }
    }
    return this;
  }

  private Callbacks rows(String tables, Call call) {
    add(Kind.INSERT, tables, call);
    add(Kind.UPDATE, tables, call);
    return add(Kind.DELETE, tables, call);
  }

  private Callbacks messages(String prefix, Call call) {
    routes.add(new Route(Kind.MESSAGE, Optional.of(prefix), TableFilter.ALL, call));
    return this;
  }

  private Callbacks add(Kind kind, Call call) {
    routes.add(new Route(kind, Optional.empty(), TableFilter.ALL, call));
    return this;
  }

  private Callbacks add(Kind kind, String tables, Call call) {
    routes.add(new Route(kind, Optional.empty(), TableFilter.of(tables), call));
    return this;
  }

  private static <E extends Event> Call direct(Class<E> type, Handler<E> handler) {
    return new Call.Direct(event -> handler.handle(type.cast(event)));
  }

  private static <E extends Event> Call manual(Class<E> type, ManualHandler<E> handler) {
    return new Call.Manual((event, ack) -> handler.handle(type.cast(event), ack));
  }
}
