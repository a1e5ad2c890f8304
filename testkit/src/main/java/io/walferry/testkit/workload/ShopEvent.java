package io.walferry.testkit.workload;

/** What one step of the {@link ShopWorkload} did. */
public enum ShopEvent {
  ORDER_PLACED,
  ORDER_PAID,
  ORDER_CANCELLED,
  STOCK_REFILLED,
  PRICE_CHANGED,
  CUSTOMER_MOVED,
  /** The drawn event found nothing to work on, such as an unpaid order. */
  NOTHING
}
