package io.walferry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConnectionSettingsTest {
  @TempDir private Path home;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "postgresql://me@db/shop | me@db:5432/shop",
        "postgres://me@db/shop | me@db:5432/shop",
        "postgresql://me:pw@db:6543/shop | me@db:6543/shop",
        "postgresql://me@[2001:db8::1]:6543/shop | me@[2001:db8::1]:6543/shop",
        "postgresql://me@[::1]/shop | me@[::1]:5432/shop",
        "postgresql://me@a,b:6000,[::1]:7/shop | me@a:5432,b:6000,[::1]:7/shop",
        "postgresql://me@a,b/shop?port=6000 | me@a:6000,b:6000/shop",
        "postgresql://me@/shop | me@localhost:5432/shop",
        "postgresql://me@db | me@db:5432/me",
        "postgresql://me@db/ | me@db:5432/me",
        "postgresql://m%40e@db/sh%2Fop | m@e@db:5432/sh/op",
        "postgresql://me@db/sh%C3%B6p | me@db:5432/shöp",
        "postgresql://me@?host=db&dbname=shop | me@db:5432/shop",
        "postgresql://db/shop?user=me&port=7 | me@db:7/shop",
        "postgresql:///shop?user=me | me@localhost:5432/shop",
        "host=db user=me dbname=shop | me@db:5432/shop",
        "host = db  user= me dbname =shop | me@db:5432/shop",
        "host=a,b port=6,7 user=me dbname=shop | me@a:6,b:7/shop",
        "host=a,b port=,7 user=me dbname=shop | me@a:5432,b:7/shop",
        "host='' user=me dbname=shop | me@localhost:5432/shop",
        "host=::1 user=me dbname=shop | me@[::1]:5432/shop",
      })
  void textIsUnderstoodAsLibpqDoes(String text, String display) {
    assertEquals(display, parse(text).display());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "postgresql://me:p%40%3A%2F%25@db | p@:/%",
        "postgresql://me:a:b@db | a:b",
        "postgresql://me:a?b@db | a?b",
        "host=db password='it\\'s a \\\\' | it's a \\",
        "host=db password=a\\ b | a b",
        "host=db password=a'b | a'b",
      })
  void passwordsMayHoldAnything(String text, String password) {
    assertEquals(password, parse(text).password().ask().orElseThrow().reveal());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hunter2 | part 1 is not key=value",
        "host=db hunter2 | part 2 is not key=value",
        "host=db password='hunter2 | the quoted value of part 2 has no closing quote",
        "postgresql://me:hunter2@db:70000/shop | the port of host 1 must be a number from 1 to"
            + " 65535",
        "postgresql://me:hun/ter2@db/shop | the port of host 1 must be a number",
        "postgresql://me:hunter2@a,b:c/shop | the port of host 2 must be a number",
        "postgresql://me:hunter2@[::1/shop | host 1 starts with '[' but is no [IPv6 address]",
        "postgresql://me:hunter2@[::1]x/shop | host 1 has text after ']'",
        "postgresql://me:hunter%2@db/shop | the password has a '%' without two hexadecimal digits",
        "postgresql://me:hunter%00@db/shop | the password holds %00",
        "postgresql://me:hunter2%ff@db/shop | the password is not UTF-8",
        "postgresql://me:hunter2@db/shop?sslmode | parameter 1 after '?' is not key=value",
        "postgresql://me:hunter2@db/shop?a=b=c | parameter 1 after '?' has a second '='",
        "postgresql://me@db/shop?password=hunter2&sslmod=require | did you mean 'sslmode'?",
        "postgresql://me@db/shop?password=x&hunter2=y | it knows application_name, channel_binding",
        "postgresql://me:hunter2@db/shop?sslmode=on | sslmode must be one of disable, allow",
        "postgresql://me:hunter2@db/shop?connect_timeout=0 | connect_timeout (seconds) must be",
        "postgresql://me:hunter2@db/shop?service=hunter2 | service files are not read",
        "postgresql://me:hunter2@%2Ftmp/shop | host 1 is a Unix-domain socket",
        "postgresql://me:hunter2@d%20b/shop | host 1 is no host name or address",
        "host=a,b,c port=1,2 password=hunter2 | 2 ports for 3 hosts",
        "keepalives_idle=-1 password=hunter2 | keepalives_idle (seconds) must be a number from 0",
        "keepalives_count=500 password=hunter2 | keepalives_count must be a number from 0 to 127",
        "tcp_user_timeout=9 password=hunter2 | tcp_user_timeout cannot be set from Java",
        "sslrootcert=system sslmode=require password=hunter2 | sslrootcert=system needs",
      })
  void errorsSayWhereAndNeverShowTheText(String text, String problem) {
    WalferryException error = assertThrows(WalferryException.class, () -> parse(text));
    assertEquals(ErrorCode.CONFIGURATION_INVALID, error.code());
    String message = String.valueOf(error.getMessage());
    assertTrue(message.contains(problem), message);
    assertFalse(message.contains("hunter"), message);
  }

  @Test
  void theUsualCertificatesOfTheHomeDirectoryAreTaken() throws IOException {
    Path directory = Files.createDirectory(home.resolve(".postgresql"));
    for (String name : List.of("root.crt", "postgresql.crt", "postgresql.key")) {
      Files.createFile(directory.resolve(name));
    }
    String root = directory.resolve("root.crt").toString();
    Map<ConnectionParameter, String> usual =
        Map.of(
            ConnectionParameter.SSLROOTCERT, root,
            ConnectionParameter.SSLCERT, directory.resolve("postgresql.crt").toString(),
            ConnectionParameter.SSLKEY, directory.resolve("postgresql.key").toString());
    assertEquals(usual, parse("host=db").parameters());
    assertEquals(
        "mine", parse("host=db sslcert=mine").parameters().get(ConnectionParameter.SSLCERT));
    assertEquals(
        "verify-ca",
        parse("host=db sslmode=require").parameters().get(ConnectionParameter.SSLMODE));
    assertEquals(
        "prefer", parse("host=db sslmode=prefer").parameters().get(ConnectionParameter.SSLMODE));
  }

  @Test
  void theEnvironmentFillsWhatTheTextLeavesOpen() {
    ConnectionSettings settings =
        parse(
            "postgresql://db",
            Map.of(
                "PGHOST", "ignored",
                "PGPORT", "6543",
                "PGUSER", "me",
                "PGDATABASE", "shop",
                "PGPASSWORD", "secret",
                "PGSSLMODE", "verify-full",
                "PGCONNECT_TIMEOUT", "3"));
    assertEquals("me@db:6543/shop", settings.display());
    assertEquals(Optional.of(new Secret("secret")), settings.password().ask());
    assertEquals(
        Map.of(
            ConnectionParameter.SSLMODE, "verify-full", ConnectionParameter.CONNECT_TIMEOUT, "3"),
        settings.parameters());
  }

  @Test
  void everyParameterIsKept() {
    Map<ConnectionParameter, String> all =
        parse(
                "sslmode=verify-ca sslrootcert=/ca sslcert=/c sslkey=/k connect_timeout=5"
                    + " application_name=a options='-c geqo=off' passfile=/none"
                    + " target_session_attrs=primary keepalives=0 keepalives_idle=60"
                    + " keepalives_interval=0 keepalives_count=9 tcp_user_timeout=0"
                    + " channel_binding=require require_auth=gss,scram-sha-256"
                    + " gssencmode=disable gsslib=gssapi krbsrvname=db")
            .parameters();
    assertEquals(List.of(ConnectionParameter.values()), List.copyOf(all.keySet()));
    assertEquals("-c geqo=off", all.get(ConnectionParameter.OPTIONS));
  }

  @Test
  void aServiceOfTheEnvironmentMattersOnlyWhereTheHostIsOpen() {
    Map<String, String> environment = Map.of("PGSERVICE", "shop");
    assertEquals("me@db:5432/x", parse("postgresql://me@db/x", environment).display());
    assertThrows(WalferryException.class, () -> parse("postgresql://me@/x", environment));
  }

  @Test
  void theSystemsAuthoritiesImplyVerifyFull() {
    assertEquals(
        Optional.of("verify-full"),
        parse("sslrootcert=system").parameter(ConnectionParameter.SSLMODE));
  }

  @Test
  void nothingPrintsASecret() {
    ConnectionSettings settings = parse("postgresql://me:hunter2@db/shop?sslpassword=hunter3");
    assertFalse((settings + "" + settings.password() + settings.keyPassword()).contains("hunter"));
    assertEquals("hunter3", settings.keyPassword().orElseThrow().reveal());
  }

  private ConnectionSettings parse(String text) {
    return parse(text, Map.of());
  }

  private ConnectionSettings parse(String text, Map<String, String> environment) {
    Map<String, String> complete = new HashMap<>(environment);
    complete.put("HOME", home.toString());
    return ConnectionSettings.parse(text, complete);
  }
}
