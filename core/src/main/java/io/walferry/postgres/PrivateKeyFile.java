package io.walferry.postgres;

import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.postgresql.ssl.BaseX509KeyManager;
import org.postgresql.util.PSQLException;

/**
 * A private key as OpenSSL's tools write it: PKCS #8, encrypted or not, in PEM or DER; or the older
 * forms of one algorithm, in PEM.
 *
 * @param password opens an encrypted one
 */
record PrivateKeyFile(Path path, Optional<Secret> password) {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9]+ )?PRIVATE KEY-----(.*?)-----END", Pattern.DOTALL);

  /** What OpenSSL writes before an encrypted key of an older form. */
  private static final String OLD_ENCRYPTION = "DEK-Info";

  /** Its parameters, and not its name, tell the algorithm. */
  private static final String PBES2 = "PBES2";

  private static final byte[] VERSION_ZERO = {2, 1, 0};
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final int LONG_LENGTH = 0x80;

  /** libpq's rule: nobody else may read a key, but root's may be read by its group. */
  static void checkPermissions(Path path) {
    if (!Files.isReadable(path)) {
      throw TlsFactory.unusable("sslkey: cannot read the file " + path);
    }
    try {
      BaseX509KeyManager.validateKeyFilePermissions(path);
    } catch (PSQLException e) {
      throw TlsFactory.unusable(
          "sslkey: others can read the file " + path + "; run: chmod 600 " + path, e);
    }
  }

  /**
   * The key.
   *
   * @param counterpart says of which algorithm it is, which older forms leave out
   */
  PrivateKey read(PublicKey counterpart) {
    checkPermissions(path);
    try {
      byte[] bytes = Files.readAllBytes(path);
      Matcher pem = PEM.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
      KeySpec key = pem.find() ? fromPem(pem, counterpart) : fromDer(bytes);
      return KeyFactory.getInstance(counterpart.getAlgorithm()).generatePrivate(key);
    } catch (IOException e) {
      throw TlsFactory.unusable("sslkey: cannot read the file " + path, e);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw noKey(counterpart, e);
    }
  }

  private WalferryException noKey(PublicKey counterpart, Exception cause) {
    return TlsFactory.unusable(
        "sslkey: %s is no %s key, as the certificate has; PKCS #8 and OpenSSL's PEM are understood"
            .formatted(path, counterpart.getAlgorithm()),
        cause);
  }

  private KeySpec fromPem(Matcher pem, PublicKey counterpart)
      throws IOException, GeneralSecurityException {
    if (pem.group(2).contains(OLD_ENCRYPTION)) {
      throw TlsFactory.unusable(
          "sslkey: %1$s is encrypted in a way of OpenSSL's own; run: openssl pkcs8 -topk8 -in %1$s"
                  .formatted(path)
              + " -out NEW, and name the new file");
    }
    byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
    return switch (Optional.ofNullable(pem.group(1)).orElse("")) {
      case "" -> new PKCS8EncodedKeySpec(der);
      case "ENCRYPTED " -> decrypted(new EncryptedPrivateKeyInfo(der));
      default -> new PKCS8EncodedKeySpec(asPkcs8(der, counterpart));
    };
  }

  private KeySpec fromDer(byte[] der) throws GeneralSecurityException {
    EncryptedPrivateKeyInfo encrypted;
    try {
      encrypted = new EncryptedPrivateKeyInfo(der);
    } catch (IOException e) {
      return new PKCS8EncodedKeySpec(der);
    }
    return decrypted(encrypted);
  }

  private KeySpec decrypted(EncryptedPrivateKeyInfo encrypted) throws GeneralSecurityException {
    Secret secret =
        password.orElseThrow(
            () ->
                TlsFactory.unusable(
                    "sslkey: the key in " + path + " is encrypted; give its sslpassword"));
    String name = encrypted.getAlgName();
    String algorithm = name.equals(PBES2) ? encrypted.getAlgParameters().toString() : name;
    SecretKey key =
        SecretKeyFactory.getInstance(algorithm)
            .generateSecret(new PBEKeySpec(secret.reveal().toCharArray()));
    Cipher cipher = Cipher.getInstance(algorithm);
    cipher.init(Cipher.DECRYPT_MODE, key, encrypted.getAlgParameters());
    try {
      return encrypted.getKeySpec(cipher);
    } catch (InvalidKeySpecException e) {
      throw TlsFactory.unusable("sslkey: sslpassword does not open the key in " + path, e);
    }
  }

  /**
   * The older forms are what PKCS #8 has inside, without the algorithm. A public key in DER begins
   * with just that.
   */
  private static byte[] asPkcs8(byte[] older, PublicKey counterpart) {
    ByteBuffer publicKey = ByteBuffer.wrap(counterpart.getEncoded());
    publicKey.get();
    length(publicKey);
    int start = publicKey.position();
    publicKey.get();
    int end = length(publicKey) + publicKey.position();
    byte[] algorithm = Arrays.copyOfRange(publicKey.array(), start, end);
    return element(SEQUENCE, VERSION_ZERO, algorithm, element(OCTET_STRING, older));
  }

  /** Reads the length of an element of DER. */
  private static int length(ByteBuffer der) {
    int first = der.get() & 0xFF;
    if (first < LONG_LENGTH) {
      return first;
    }
    int length = 0;
    for (int i = LONG_LENGTH; i < first; i++) {
      length = (length << 8) + (der.get() & 0xFF);
    }
    return length;
  }

  private static byte[] element(int tag, byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    ByteBuffer der = ByteBuffer.allocate(length + 4).put((byte) tag);
    if (length < LONG_LENGTH) {
      der.put((byte) length);
    } else if (length <= 0xFF) {
      der.put((byte) (LONG_LENGTH + 1)).put((byte) length);
    } else {
      der.put((byte) (LONG_LENGTH + 2)).putShort((short) length);
    }
    for (byte[] part : parts) {
      der.put(part);
    }
    return Arrays.copyOf(der.array(), der.position());
  }
}
