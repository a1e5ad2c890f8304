package io.walferry.slot;

import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import io.walferry.slot.RetainedWal.Status;
import io.walferry.slot.Slot.Traits;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The replication slots of a server, of all its databases. Only as thread-safe as its connection.
 * Creating slots is not its business: that needs a replication connection.
 */
public final class SlotCatalog {
  /** Columns that only newer servers have are taken out of the row as JSON. */
  private static final String QUERY =
      """
      select s.slot_name, s.plugin, s.database, s.active_pid, s.restart_lsn::text,
        s.confirmed_flush_lsn::text, j.slot ->> 'wal_status',
        greatest(0, coalesce(pg_wal_lsn_diff(
          case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
            else pg_current_wal_lsn() end,
          s.restart_lsn), 0))::bigint,
        (j.slot ->> 'safe_wal_size')::bigint,
        s.temporary,
        coalesce((j.slot ->> 'two_phase')::boolean, false),
        coalesce((j.slot ->> 'failover')::boolean, false),
        coalesce(j.slot ->> 'invalidation_reason',
          case when j.slot ->> 'wal_status' = 'lost' then 'wal_removed'
            when (j.slot ->> 'conflicting')::boolean then 'conflicting' end)
      from pg_replication_slots s
      cross join lateral (select to_jsonb(s) as slot) j
      order by s.slot_name::text collate "C"
      """;

  private static final int STATS_SINCE = 14;
  private static final String STATS =
      """
      select t.slot_name, t.spill_txns, t.spill_bytes, t.stream_txns, t.stream_bytes,
        t.total_txns, t.total_bytes
      from pg_stat_replication_slots t join pg_replication_slots s using (slot_name)
      where s.plugin is not null
      """;

  private static final String PEEK =
      """
      select count(*) from pg_logical_slot_peek_binary_changes(
        ?, null, 10000, 'proto_version', '1', 'publication_names', ?)
      """;

  private static final int LOOK_SECONDS = 10;
  private static final String CANCELED = "57014";

  /** From 18 on a publication that is missing is only warned of. */
  private static final String PUBLICATION_WARNING = "55000";

  private final Connection connection;

  public SlotCatalog(Connection connection) {
    this.connection = connection;
  }

  /**
   * Sees that the server can decode what comes next, as far as it comes in some seconds; leaves the
   * slot where it is.
   *
   * @throws WalferryException {@code PUBLICATION_LOST} if the publication was not there then
   */
  public void requireDecodable(String slot, String publication) {
    try (PreparedStatement statement = connection.prepareStatement(PEEK)) {
      statement.setString(1, slot);
      statement.setString(2, TableId.quote(publication));
      statement.setQueryTimeout(LOOK_SECONDS);
      statement.execute();
      for (SQLWarning said = statement.getWarnings(); said != null; said = said.getNextWarning()) {
        if (isOfPublication(said)) {
          throw said;
        }
      }
    } catch (SQLException e) {
      if (CANCELED.equals(e.getSQLState())) {
        return;
      }
      WalferryException said = PostgresErrors.translate(e, "follow slot " + slot);
      throw said.code() == ErrorCode.PUBLICATION_MISSING || e instanceof SQLWarning
          ? new WalferryException(ErrorCode.PUBLICATION_LOST, said.getMessage(), e)
          : said;
    }
  }

  private static boolean isOfPublication(SQLWarning said) {
    return PUBLICATION_WARNING.equals(said.getSQLState())
        && !StandbySlots.areAwaited(Objects.toString(said.getMessage(), ""));
  }

  /** All slots, in order of their names. */
  public List<Slot> list() {
    try {
      return query();
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "list the replication slots");
    }
  }

  /** By the slot's name; none before 14, and none for physical slots. */
  public Map<String, DecodingStats> decodingStats() {
    try (Statement statement = connection.createStatement()) {
      if (connection.getMetaData().getDatabaseMajorVersion() < STATS_SINCE) {
        return Map.of();
      }
      Map<String, DecodingStats> stats = new HashMap<>();
      try (ResultSet row = statement.executeQuery(STATS)) {
        while (row.next()) {
          stats.put(
              row.getString(1),
              new DecodingStats(
                  row.getLong(2),
                  row.getLong(3),
                  row.getLong(4),
                  row.getLong(5),
                  row.getLong(6),
                  row.getLong(7)));
        }
      }
      return stats;
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read the statistics of the replication slots");
    }
  }

  public Optional<Slot> find(String name) {
    return list().stream().filter(slot -> slot.name().equals(name)).findFirst();
  }

  /**
   * Sees that one more slot can be made; another client may still be faster.
   *
   * @throws WalferryException {@code NO_FREE_SLOT}
   */
  public void requireRoom(String name) {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select setting::int - (select count(*) from pg_replication_slots), setting"
                    + " from pg_settings where name = 'max_replication_slots'")) {
      row.next();
      if (row.getLong(1) <= 0) {
        throw new WalferryException(
            ErrorCode.NO_FREE_SLOT,
            "could not create the slot "
                + name
                + ": all "
                + row.getString(2)
                + " that max_replication_slots allows are there");
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "count the replication slots");
    }
  }

  /**
   * Drops a slot that nobody uses.
   *
   * @throws WalferryException {@code SLOT_MISSING}, or {@code SLOT_ACTIVE} with the process id of
   *     its user; then it is still there
   */
  public void drop(String name) {
    requireIdle(name);
    try (PreparedStatement drop =
        connection.prepareStatement("select pg_drop_replication_slot(?)")) {
      drop.setString(1, name);
      drop.execute();
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "drop slot " + name);
    }
  }

  private void requireIdle(String name) {
    Optional<Slot> slot = find(name);
    if (slot.isEmpty()) {
      throw new WalferryException(
          ErrorCode.SLOT_MISSING, "could not drop slot " + name + ": there is none of that name");
    }
    OptionalInt pid = slot.get().activePid();
    if (pid.isPresent()) {
      throw new WalferryException(
          ErrorCode.SLOT_ACTIVE,
          "could not drop slot " + name + ": process " + pid.getAsInt() + " of the server uses it");
    }
  }

  private List<Slot> query() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(QUERY)) {
      List<Slot> slots = new ArrayList<>();
      while (rows.next()) {
        slots.add(slot(rows));
      }
      return slots;
    }
  }

  private static Slot slot(ResultSet row) throws SQLException {
    int pid = row.getInt(4);
    return new Slot(
        row.getString(1),
        Optional.ofNullable(row.getString(2)),
        Optional.ofNullable(row.getString(3)),
        pid == 0 ? OptionalInt.empty() : OptionalInt.of(pid),
        wal(row),
        new Traits(row.getBoolean(10), row.getBoolean(11), row.getBoolean(12)),
        Optional.ofNullable(row.getString(13)));
  }

  private static RetainedWal wal(ResultSet row) throws SQLException {
    Optional<Status> status =
        Optional.ofNullable(row.getString(7))
            .flatMap(
                word ->
                    Arrays.stream(Status.values())
                        .filter(known -> known.name().equalsIgnoreCase(word))
                        .findFirst());
    long safeBytes = row.getLong(9);
    OptionalLong safe = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(safeBytes);
    return new RetainedWal(
        Optional.ofNullable(row.getString(5)).map(Lsn::parse),
        Optional.ofNullable(row.getString(6)).map(Lsn::parse),
        status,
        row.getLong(8),
        safe);
  }
}
