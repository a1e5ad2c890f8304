package io.walferry.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.spool.FaultyFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FileCheckpointStoreTest {
  static final Checkpoint CHECKPOINT =
      new Checkpoint(
          new FeedIdentity("shop", -1, 3, "walferry_shop"),
          new Position(Lsn.parse("16/3002D50"), new Xid(-2)),
          1L << 40,
          Map.of("tables", "public.*, \"a\tb\nc\\\".x", "database", "shop"),
          List.of(
              new LedgerEntry(new TableId("", ""), LedgerEntry.Kind.SLOT, "", "0/1"),
              new LedgerEntry(
                  new TableId("public", "odd\n\t\\ ü"), LedgerEntry.Kind.TABLE, "", "a\tb\\nc\r\n"),
              new LedgerEntry(new TableId("public", "t"), LedgerEntry.Kind.CHUNK, "12", "")));

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("shop.checkpoint");
  }

  @Test
  void whatWasSavedIsReadBack() {
    try (FileCheckpointStore store = new FileCheckpointStore(file())) {
      assertEquals(Optional.empty(), store.open("shop"));
      assertFalse(Files.exists(file()));
      store.save(CHECKPOINT, Claim.NEVER_BEGUN);
    }
    try (FileCheckpointStore store = new FileCheckpointStore(file())) {
      assertEquals(Optional.of(CHECKPOINT), store.open("shop"));
    }
  }

  @Test
  void aFileIsReplacedAtOnceAndNothingElseStays() throws IOException {
    save();
    Files.writeString(directory.resolve("shop.checkpoint.new"), "left by a crash");
    try (FileCheckpointStore store = new FileCheckpointStore(file())) {
      var unused = store.open("shop");
      store.save(next(), CHECKPOINT.epoch());
    }
    try (FileCheckpointStore store = new FileCheckpointStore(file())) {
      assertEquals(Optional.of(next()), store.open("shop"));
    }
    try (var files = Files.list(directory)) {
      assertEquals(
          List.of("shop.checkpoint", "shop.checkpoint.lock"),
          files.map(it -> it.getFileName().toString()).sorted().toList());
    }
  }

  private static Optional<Checkpoint> reopened(FileCheckpointStore store) {
    store.close();
    return store.open("shop");
  }

  private static Checkpoint next() {
    return new Checkpoint(
        CHECKPOINT.feed(), new Position(Lsn.parse("17/0"), Xid.NONE), 7, Map.of(), List.of());
  }

  @Test
  void aCheckpointIsOnTheDiskBeforeItHasItsNameAndThenItsNameIs() {
    List<String> flushes = new ArrayList<>();
    FaultyFiles files = new FaultyFiles();
    files.onFlush(path -> flushes.add(path.getFileName() + " " + Files.exists(file())));
    try (FileCheckpointStore store = new FileCheckpointStore(file(), files::open)) {
      var unused = store.open("shop");
      store.save(CHECKPOINT, Claim.NEVER_BEGUN);
      assertEquals(
          List.of("shop.checkpoint.new false", directory.getFileName() + " true"), flushes);
    }
  }

  @ParameterizedTest
  @EnumSource(FaultyFiles.Fault.class)
  void aDiskThatFailsLeavesTheCheckpointBefore(FaultyFiles.Fault fault) {
    save();
    FaultyFiles files = new FaultyFiles();
    try (FileCheckpointStore store = new FileCheckpointStore(file(), files::open)) {
      assertEquals(Optional.of(CHECKPOINT), store.open("shop"));
      files.fail(fault);
      WalferryException failure =
          assertThrows(WalferryException.class, () -> store.save(next(), CHECKPOINT.epoch()));
      assertEquals(ErrorCode.DESTINATION_UNWRITABLE, failure.code());
      assertEquals(Optional.of(CHECKPOINT), reopened(store));
      files.heal();
      store.save(next(), CHECKPOINT.epoch());
      assertEquals(Optional.of(next()), reopened(store));
    }
  }

  @Test
  void aDirectoryThatCannotBeSyncedIsAFailureAndTheFileIsWhole() {
    save();
    FaultyFiles files = new FaultyFiles();
    files.onFlush(
        path -> {
          if (path.equals(directory.toAbsolutePath())) {
            files.fail(FaultyFiles.Fault.FLUSH);
          }
        });
    try (FileCheckpointStore store = new FileCheckpointStore(file(), files::open)) {
      assertEquals(Optional.of(CHECKPOINT), store.open("shop"));
      assertThrows(WalferryException.class, () -> store.save(next(), CHECKPOINT.epoch()));
      assertEquals(Optional.of(next()), reopened(store));
    }
  }

  @Test
  void anyDamageIsNoticed() throws IOException {
    save();
    byte[] whole = Files.readAllBytes(file());
    for (int cut = 0; cut < whole.length; cut++) {
      Files.write(file(), java.util.Arrays.copyOf(whole, cut));
      assertEquals(ErrorCode.CHECKPOINT_DAMAGED, refusal().code(), "cut at " + cut);
    }
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Files.write(file(), changed);
      WalferryException refusal = refusal();
      assertTrue(
          refusal.code() == ErrorCode.CHECKPOINT_DAMAGED
              || refusal.code() == ErrorCode.DESTINATION_FORMAT,
          "changed at " + at);
      assertTrue(refusal.getMessage().contains(file().toString()), refusal.getMessage());
    }
  }

  @Test
  void aNewerFileIsRefused() throws IOException {
    save();
    String text = Files.readString(file());
    Files.writeString(file(), text.replaceFirst("\t1\t", "\t2\t"));
    WalferryException refusal = refusal();
    assertEquals(ErrorCode.DESTINATION_FORMAT, refusal.code());
    assertTrue(refusal.getMessage().contains("format 2"), refusal.getMessage());
  }

  @Test
  void aFileOfSomethingElseIsRefused() throws IOException {
    Files.writeString(file(), "hello");
    assertTrue(refusal().getMessage().endsWith("is not a checkpoint of Walferry"));
    Files.write(file(), new byte[] {(byte) 0xFF, 0, 1});
    assertEquals(ErrorCode.CHECKPOINT_DAMAGED, refusal().code());
    Files.writeString(file(), "1234567890/0/16B2E58");
    assertTrue(refusal().getMessage().contains("pglogrepl: import it"));
  }

  @Test
  void twoCannotHaveItAtTheSameTime() {
    try (FileCheckpointStore second = new FileCheckpointStore(file())) {
      try (FileCheckpointStore first = new FileCheckpointStore(file())) {
        var unused = first.open("shop");
        WalferryException busy = assertThrows(WalferryException.class, () -> second.open("shop"));
        assertEquals(ErrorCode.DESTINATION_BUSY, busy.code());
      }
      assertEquals(Optional.empty(), second.open("shop"));
    }
  }

  @Test
  void aMissingDirectoryIsNamed() {
    Path missing = directory.resolve("no").resolve("file");
    WalferryException refusal =
        assertThrows(WalferryException.class, () -> new FileCheckpointStore(missing).open("shop"));
    assertEquals(ErrorCode.DESTINATION_UNWRITABLE, refusal.code());
  }

  @Test
  void positionsOfPglogreplAreRead() {
    assertEquals(
        Optional.of(new PglogreplPosition(1234567890L, Lsn.parse("0/16B2E58"))),
        PglogreplPosition.parse("1234567890/0/16B2E58"));
    for (String other : List.of("", "0/16B2E58", "x/0/1", "1/0/1/2", "12345678901/0/1")) {
      assertEquals(Optional.empty(), PglogreplPosition.parse(other), other);
    }
    // As its own format function and crc32 of "shop public public.a,public.b pub slot" give it.
    var configuration =
        new PglogreplPosition.Configuration("shop", "public", List.of("b", "a"), "pub", "slot");
    var crc = new java.util.zip.CRC32();
    crc.update("shop public public.a,public.b pub slot".getBytes(StandardCharsets.UTF_8));
    assertEquals(crc.getValue(), configuration.checksum());
    var all = new PglogreplPosition.Configuration("db", "public", List.of(), "p", "s");
    crc.reset();
    crc.update("db public * p s".getBytes(StandardCharsets.UTF_8));
    assertEquals(crc.getValue(), all.checksum());
  }

  private void save() {
    try (FileCheckpointStore store = new FileCheckpointStore(file())) {
      var unused = store.open("shop");
      store.save(CHECKPOINT, Claim.NEVER_BEGUN);
    }
  }

  private WalferryException refusal() {
    try (FileCheckpointStore store = new FileCheckpointStore(file())) {
      return assertThrows(WalferryException.class, () -> store.open("shop"));
    }
  }
}
