package io.walferry.transform.value;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 under one key. For any threads; shows nothing of the key. */
final class SecretKey {
  private static final String ALGORITHM = "HmacSHA256";

  /** Fewer bytes could be guessed by trying. */
  private static final int BYTES_MIN = 16;

  private final ThreadLocal<Mac> macs;

  /**
   * Takes the key's bytes.
   *
   * @throws IllegalArgumentException if there are fewer than 16
   */
  SecretKey(byte[] bytes) {
    if (bytes.length < BYTES_MIN) {
      throw new IllegalArgumentException(
          "a key needs " + BYTES_MIN + " bytes or more, such as those of 'openssl rand -hex 32'");
    }
    Key key = new SecretKeySpec(bytes, ALGORITHM);
    this.macs = ThreadLocal.withInitial(() -> mac(key));
  }

  static SecretKey of(String text) {
    return new SecretKey(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Mac mac(Key key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This Java runtime lacks " + ALGORITHM, e);
    }
  }

  /** 32 bytes. */
  byte[] hash(byte[] message) {
    return macs.get().doFinal(message);
  }

  /** One that is of no use for anything else that this one does. */
  SecretKey derived(String purpose) {
    return new SecretKey(hash(purpose.getBytes(StandardCharsets.UTF_8)));
  }
}
