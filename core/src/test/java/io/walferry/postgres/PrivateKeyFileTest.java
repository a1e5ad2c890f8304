package io.walferry.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same two keys, made by OpenSSL, in every form that it writes. */
final class PrivateKeyFileTest {
  private static final Optional<Secret> PASSWORD = Optional.of(new Secret("opens"));

  private static final List<String> FILES =
      List.of(
          "rsa.crt",
          "rsa-pkcs8.pem",
          "rsa-pkcs8.der",
          "rsa-pkcs8-encrypted.pem",
          "rsa-pkcs8-encrypted.der",
          "rsa-pkcs1.pem",
          "rsa-pkcs1-encrypted.pem",
          "ec.crt",
          "ec-pkcs8.pem",
          "ec-pkcs8-encrypted.pem",
          "ec-sec1.pem");

  @TempDir private Path directory;

  @BeforeEach
  void copyKeys() throws IOException {
    for (String name : FILES) {
      try (InputStream in = PrivateKeyFileTest.class.getResourceAsStream("keys/" + name)) {
        Files.copy(Objects.requireNonNull(in, name), directory.resolve(name));
      }
      permit(name, "rw-------");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rsa-pkcs8.pem",
        "rsa-pkcs1.pem",
        "rsa-pkcs8-encrypted.pem",
        "rsa-pkcs8.der",
        "rsa-pkcs8-encrypted.der",
        "ec-pkcs8.pem",
        "ec-sec1.pem",
        "ec-pkcs8-encrypted.pem",
      })
  void everyFormIsTheKeyOfItsCertificate(String file) throws GeneralSecurityException {
    boolean rsa = file.startsWith("rsa");
    PublicKey counterpart = publicKey(rsa ? "rsa.crt" : "ec.crt");
    Signature signature = Signature.getInstance(rsa ? "SHA256withRSA" : "SHA256withECDSA");
    signature.initSign(key(file).read(counterpart));
    signature.update(new byte[] {1, 2, 3});
    byte[] signed = signature.sign();
    signature.initVerify(counterpart);
    signature.update(new byte[] {1, 2, 3});
    assertTrue(signature.verify(signed), file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rsa-pkcs1-encrypted.pem | opens | openssl pkcs8 -topk8",
        "rsa-pkcs8-encrypted.pem | wrong | sslpassword does not open",
        "rsa-pkcs8-encrypted.der | wrong | sslpassword does not open",
        "rsa-pkcs8-encrypted.pem |       | give its sslpassword",
        "ec-sec1.pem             |       | is no RSA key",
        "rsa.crt                 |       | is no RSA key",
        "absent.pem              |       | cannot read",
      })
  void whatCannotBeUsedIsSaid(String file, String password, String said) {
    PrivateKeyFile key =
        new PrivateKeyFile(directory.resolve(file), Optional.ofNullable(password).map(Secret::new));
    assertUnusable(said, key);
  }

  @Test
  void aKeyThatOthersCanReadIsRefused() throws IOException {
    permit("rsa-pkcs8.pem", "rw-r--r--");
    assertUnusable("chmod 600", key("rsa-pkcs8.pem"));
  }

  private void assertUnusable(String said, PrivateKeyFile key) {
    WalferryException failure =
        assertThrows(WalferryException.class, () -> key.read(publicKey("rsa.crt")));
    String message = String.valueOf(failure.getMessage());
    assertEquals(ErrorCode.TLS_FAILED, failure.code());
    assertTrue(message.contains(said) && message.contains(key.path().toString()), message);
    assertFalse(message.contains("opens ") || message.contains("wrong"), message);
  }

  private PrivateKeyFile key(String name) {
    return new PrivateKeyFile(directory.resolve(name), PASSWORD);
  }

  private PublicKey publicKey(String name) {
    return TlsFactory.certificates("sslcert", directory.resolve(name))[0].getPublicKey();
  }

  private void permit(String name, String permissions) throws IOException {
    Files.setPosixFilePermissions(
        directory.resolve(name), PosixFilePermissions.fromString(permissions));
  }
}
