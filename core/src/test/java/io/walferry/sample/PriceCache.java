package io.walferry.sample;

import io.walferry.library.Walferry;
import java.math.BigDecimal;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Keeps prices in memory, always as the database has them. Ends when Enter is pressed. */
public final class PriceCache {
  private PriceCache() {}

  public static void main(String[] arguments) throws Exception {
    Map<Integer, BigDecimal> prices = new ConcurrentSkipListMap<>();
    try (Walferry feed =
        Walferry.builder()
            .source(arguments[0])
            .name("price_cache")
            .tables("public.product")
            .withoutCheckpoint() // The prices go with the process, so each start reads them anew.
            .callbacks(
                on ->
                    on.insert(
                            "public.product",
                            it ->
                                prices.put(it.row().getInt("id"), it.row().getBigDecimal("price")))
                        .update(
                            "public.product",
                            it -> {
                              it.old().ifPresent(old -> prices.remove(old.getInt("id")));
                              prices.put(it.row().getInt("id"), it.row().getBigDecimal("price"));
                            })
                        .delete("public.product", it -> prices.remove(it.old().getInt("id")))
                        .truncate("public.product", it -> prices.clear())
                        .commit(it -> System.out.println("prices: " + prices)))
            .onStatus((before, now) -> System.out.println("status: " + now))
            .build()) {
      feed.start();
      System.in.read();
    }
  }
}
