@NullMarked
package io.walferry.testkit.internal;

import org.jspecify.annotations.NullMarked;
