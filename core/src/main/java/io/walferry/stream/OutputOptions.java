package io.walferry.stream;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pgoutput.PgOutputDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What {@code pgoutput} is asked for.
 *
 * @param protocol its protocol, from 1 to {@link PgOutputDecoder#MAX_PROTOCOL_VERSION}; the newest
 *     that the server has if there is none
 * @param streaming whether large transactions come while they are still in progress, from protocol
 *     2 on; else the server keeps them until they commit
 * @param origin which changes come, by where they were made
 * @param form in which columns come
 */
public record OutputOptions(OptionalInt protocol, boolean streaming, Origin origin, Form form) {
  public static final OutputOptions DEFAULT =
      new OutputOptions(OptionalInt.empty(), true, Origin.ANY, Form.AUTO);

  private static final int MESSAGES_SINCE = 14;
  private static final int BINARY_SINCE = 14;
  private static final int ORIGIN_SINCE = 16;
  private static final int STREAMING_PROTOCOL = 2;
  private static final int TWO_PHASE_PROTOCOL = 3;
  private static final int PARALLEL_PROTOCOL = 4;

  /** Where a change was made. */
  public enum Origin {
    ANY,
    /** At the source itself: what it has received from other servers does not come. */
    NONE
  }

  /** In which form the values of columns come. */
  public enum Form {
    /** As text where anybody needs it so. A stream by itself cannot know, and asks for text. */
    AUTO,
    /** As the server prints them in a canonical session. */
    TEXT,
    /**
     * As the send functions of their types give them, from PostgreSQL 14 on; types without one, and
     * older servers, give text. A stream asks for it whatever the types are: those that {@link
     * io.walferry.type.TypeCatalog} does not know come as bytes that only their owner understands.
     */
    BINARY
  }

  public OutputOptions {
    int asked = protocol.orElse(1);
    if (asked < 1 || asked > PgOutputDecoder.MAX_PROTOCOL_VERSION) {
      throw new IllegalArgumentException("No pgoutput protocol " + asked);
    }
  }

  public OutputOptions withoutStreaming() {
    return new OutputOptions(protocol, false, origin, form);
  }

  public OutputOptions with(Form other) {
    return new OutputOptions(protocol, streaming, origin, other);
  }

  /**
   * The protocol to speak with a server.
   *
   * @param twoPhase whether the slot sends transactions when they are prepared
   * @throws WalferryException if the server does not have what is asked for
   */
  int protocolOf(int major, boolean twoPhase) {
    int newest = newest(major);
    int chosen = protocol.orElse(newest);
    if (chosen > newest) {
      throw unsupported("protocol " + chosen + " of pgoutput", "up to " + newest, major);
    }
    if (origin == Origin.NONE && major < ORIGIN_SINCE) {
      throw unsupported("origin 'none'", "from " + ORIGIN_SINCE + " on only", major);
    }
    if (twoPhase && chosen < TWO_PHASE_PROTOCOL) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "asked for protocol %d of pgoutput, but the slot has two_phase, which needs protocol %d"
              .formatted(chosen, TWO_PHASE_PROTOCOL));
    }
    return chosen;
  }

  private static int newest(int major) {
    return switch (major) {
      case 10, 11, 12, 13 -> 1;
      case 14 -> 2;
      case 15 -> 3;
      default -> 4;
    };
  }

  private static WalferryException unsupported(String what, String expected, int major) {
    return new WalferryException(
        ErrorCode.CONFIGURATION_INVALID,
        "asked for " + what + ", which PostgreSQL has " + expected + "; the source is " + major);
  }

  /** In the syntax of {@code START_REPLICATION}, behind the names of the publications. */
  String command(int major, boolean twoPhase) {
    int chosen = protocolOf(major, twoPhase);
    List<String> options = new ArrayList<>();
    options.add("\"proto_version\" '" + chosen + "'");
    if (major >= MESSAGES_SINCE) {
      options.add("\"messages\" 'true'");
    }
    if (form == Form.BINARY && major >= BINARY_SINCE) {
      options.add("\"binary\" 'true'");
    }
    if (streaming && chosen >= STREAMING_PROTOCOL) {
      options.add("\"streaming\" '" + (chosen >= PARALLEL_PROTOCOL ? "parallel" : "on") + "'");
    }
    if (twoPhase) {
      options.add("\"two_phase\" 'on'");
    }
    if (origin == Origin.NONE) {
      options.add("\"origin\" 'none'");
    }
    return String.join(", ", options);
  }
}
