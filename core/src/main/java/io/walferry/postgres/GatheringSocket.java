package io.walferry.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketOption;
import java.util.Optional;

/**
 * A socket that TLS can be put on without losing large reads. Java's TLS takes two reads for each
 * record, and the server makes a record of each message; and it does not tell whether another
 * record is there. So this reads ahead for it, and says how much has arrived by an option, since
 * options are what TLS passes on to the socket below.
 */
final class GatheringSocket extends Socket {
  /** How many bytes can be read without waiting. */
  static final SocketOption<Integer> ARRIVED =
      new SocketOption<>() {
        @Override
        public String name() {
          return "ARRIVED";
        }

        @Override
        public Class<Integer> type() {
          return Integer.class;
        }
      };

  private static final int BUFFER_BYTES = 64 * 1024;

  private Optional<InputStream> gathered = Optional.empty();

  /** From now on it reads ahead. To be called before TLS takes its stream. */
  void gather() throws IOException {
    gathered = Optional.of(new BufferedInputStream(super.getInputStream(), BUFFER_BYTES));
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return gathered.isPresent() ? gathered.get() : super.getInputStream();
  }

  @Override
  public <T> T getOption(SocketOption<T> name) throws IOException {
    return name.equals(ARRIVED)
        ? name.type().cast(getInputStream().available())
        : super.getOption(name);
  }
}
