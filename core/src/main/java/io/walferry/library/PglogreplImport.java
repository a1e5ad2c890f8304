package io.walferry.library;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.checkpoint.Checkpoint;
import io.walferry.checkpoint.CheckpointStore;
import io.walferry.checkpoint.PglogreplPosition;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.FeedSettings;
import io.walferry.pipeline.FollowedLines;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublicationCatalog;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.slot.Slot;
import io.walferry.slot.SlotCatalog;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.SourceIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Makes a checkpoint of what pglogrepl knows of its position. */
final class PglogreplImport {
  private final WalferrySettings settings;
  private final CheckpointStore store;
  private final FeedSettings feed;

  PglogreplImport(WalferrySettings settings, CheckpointStore store) {
    this.settings = settings;
    this.store = store;
    this.feed = settings.pipeline().feed();
  }

  void run(Path file, PglogreplPosition.Configuration of) {
    PglogreplPosition position = read(file);
    if (position.checksum() != of.checksum()) {
      throw new WalferryException(
          ErrorCode.CHECKPOINT_CONFIGURATION,
          "the position in %s belongs to another configuration of pglogrepl: it has checksum %d, and %s has %d"
              .formatted(file, position.checksum(), of, of.checksum()));
    }
    require("slot", of.slot(), feed.slot());
    require("publication", of.publication(), feed.publication());
    require("database", of.database(), settings.source().settings().database());
    if (position.lsn().equals(Lsn.ZERO)) {
      throw new WalferryException(
          ErrorCode.CHECKPOINT_DAMAGED,
          file + " has no position yet: pglogrepl had not finished its first synchronisation");
    }
    try (Connection sql = settings.source().connect();
        ReplicationConnection replication = ReplicationConnection.open(settings.source())) {
      save(checkpoint(position, sql, replication.identify()));
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "close the connection of an import");
    }
  }

  private static PglogreplPosition read(Path file) {
    try {
      return PglogreplPosition.parse(Files.readString(file))
          .orElseThrow(
              () ->
                  new WalferryException(
                      ErrorCode.CHECKPOINT_DAMAGED,
                      file + " is no position of pglogrepl, such as 1234567890/0/16B2E58"));
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.CHECKPOINT_DAMAGED, "could not read the position in " + file, e);
    }
  }

  private static void require(String what, String theirs, String ours) {
    if (!theirs.equals(ours)) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "an import goes on with pglogrepl's %s '%s', but the feed has '%s'"
              .formatted(what, theirs, ours));
    }
  }

  private Checkpoint checkpoint(
      PglogreplPosition position, Connection sql, SourceIdentity identity) {
    Slot slot =
        new SlotCatalog(sql)
            .find(feed.slot())
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.SLOT_LOST, "the slot " + feed.slot() + " does not exist"));
    Lsn confirmed = slot.wal().confirmedFlushLsn().orElse(Lsn.ZERO);
    List<LedgerEntry> tables =
        FollowedLines.of(feed.tables(), new PublicationCatalog(sql).tables(feed.publication()));
    return new Checkpoint(
        new FeedIdentity(feed.pipeline(), identity.systemId(), identity.timeline(), feed.slot()),
        new Position(Lsn.max(position.lsn(), confirmed), Xid.NONE),
        new Claim().epoch(),
        settings.configuration(),
        tables);
  }

  private void save(Checkpoint checkpoint) {
    try {
      if (store.open(feed.pipeline()).isPresent()) {
        throw new WalferryException(
            ErrorCode.DESTINATION_NOT_EMPTY,
            "there is a checkpoint of " + feed.pipeline() + " in " + store.display() + " already");
      }
      store.save(checkpoint, Claim.NEVER_BEGUN);
    } finally {
      store.close();
    }
  }
}
