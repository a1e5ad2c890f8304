package io.walferry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PasswordFileTest {
  @TempDir private Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "db:5432:shop:me:secret | secret",
        "*:*:*:*:secret | secret",
        "db:5432:shop:me:a\\:b\\\\c | a:b\\c",
        "db:5432:shop:me:a:b | a",
        "other:5432:shop:me:x | ''",
        "db:6543:shop:me:x | ''",
        "db:5432:replication:me:x | ''",
        "db:5432:shop:\\*:x | ''",
        "db:5432:shop:me | ''",
        "# db:5432:shop:me:x | ''",
        "db:5432:shop:me: | ''",
      })
  void linesMatchAsLibpqMatchesThem(String line, String password) throws IOException {
    write(".pgpass", line + "\n*:*:nothing:*:x\n", "rw-------");
    assertEquals(
        Optional.of(password).filter(it -> !it.isEmpty()),
        parse("postgresql://me@db/shop").password().ask().map(Secret::reveal));
  }

  @Test
  void theFirstLineThatMatchesCounts() throws IOException {
    write(".pgpass", "db:*:*:me:first\n*:*:*:*:second\n", "rw-------");
    assertEquals("first", parse("postgresql://me@db").password().ask().orElseThrow().reveal());
    assertEquals("second", parse("postgresql://you@db").password().ask().orElseThrow().reveal());
    assertEquals(
        "given", parse("postgresql://me:given@db").password().ask().orElseThrow().reveal());
  }

  @Test
  void aFileThatOthersCanReadIsIgnored() throws IOException {
    write(".pgpass", "*:*:*:*:secret\n", "rw-r-----");
    assertEquals(Optional.empty(), parse("postgresql://me@db").password().ask());
  }

  @Test
  void itIsReadAgainEachTime() throws IOException {
    PasswordSource source = parse("postgresql://me@db/shop").password();
    assertEquals(Optional.empty(), source.ask());
    write(".pgpass", "*:*:*:*:first\n", "rw-------");
    assertEquals("first", source.ask().orElseThrow().reveal());
    write(".pgpass", "*:*:*:*:second\n", "rw-------");
    assertEquals("second", source.ask().orElseThrow().reveal());
  }

  @Test
  void anotherFileCanBeNamed() throws IOException {
    Path other = write("other", "*:*:*:*:secret\n", "rw-------");
    assertEquals(
        "secret",
        parse("host=db user=me passfile='" + other + "'").password().ask().orElseThrow().reveal());
  }

  @Test
  void serversWithDifferentPasswordsAreRefused() throws IOException {
    write(".pgpass", "a:*:*:*:one\nb:*:*:*:two\n", "rw-------");
    PasswordSource source = parse("postgresql://me@a,b/shop").password();
    assertThrows(WalferryException.class, source::ask);
  }

  private Path write(String name, String text, String permissions) throws IOException {
    Path path = Files.writeString(home.resolve(name), text);
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private ConnectionSettings parse(String text) {
    return ConnectionSettings.parse(text, Map.of("HOME", home.toString()));
  }
}
