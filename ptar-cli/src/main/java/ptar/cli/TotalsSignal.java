package ptar.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Supplier;
import ptar.cli.options.Settings;

/// `--totals=SIGNAL`: says how much was read or written each time that the signal comes.
///
/// By reflection, as the compiler warns of `sun.misc.Signal` and can't be told not to. It is in every JDK, and nothing
/// else there takes signals.
final class TotalsSignal {
    private TotalsSignal() {}

    /// @param line what is said, asked from another thread
    static void say(Settings settings, Console console, Supplier<String> line) {
        String name = settings.totalsSignal;
        if (name == null) {
            return;
        }
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object handling = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler},
                    (_, method, _) -> {
                        if (method.getName().equals("handle")) {
                            console.say(line.get());
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), handling);
        } catch (InvocationTargetException e) {
            throw new Fatal("SIG" + name + " can't be waited for: " + e.getCause().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new Fatal("SIG" + name + " can't be waited for: " + e, e);
        }
    }
}
