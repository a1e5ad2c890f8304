@NullMarked
package io.walferry.testkit.proxy;

import org.jspecify.annotations.NullMarked;
