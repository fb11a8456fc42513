"""The step size that gives the wanted rate of acceptance, found while chains warm up.

Source: Hoffman, Gelman (2014), JMLR 15, section 3.2, after Nesterov (2009), Math. Programming 120.
"""

import math

# How strongly the first steps are held back, how fast they are forgotten, and how far the step size may swing.
_T0, _KAPPA, _GAMMA = 10.0, 0.75, 0.05


class DualAveraging:
    """One step size for all chains. What it tries swings widely; what it settles on is a weighted mean of that."""

    def __init__(self, step_size: float, wanted: float, low: float, high: float) -> None:
        """wanted: the mean probability of acceptance, 0 to 1.  low, high: the step size stays within."""
        self._wanted, self._low, self._high = wanted, low, high
        self._centre = math.log(10 * step_size)
        self._num_updates = 0
        self._error = 0.0
        self._mean_log = math.log(step_size)

    def next(self, acceptance: float) -> float:
        """The step size to try next, after a step with this mean probability of acceptance; NaN counts as none."""
        acceptance = acceptance if acceptance == acceptance else 0.0
        self._num_updates += 1
        t = self._num_updates
        self._error += (self._wanted - acceptance - self._error) / (t + _T0)
        log_step = self._bounded(self._centre - math.sqrt(t) / _GAMMA * self._error)
        weight = t**-_KAPPA
        self._mean_log += weight * (log_step - self._mean_log)
        return math.exp(log_step)

    @property
    def settled(self) -> float:
        """The step size to go on with."""
        return math.exp(self._bounded(self._mean_log))

    def _bounded(self, log_step: float) -> float:
        return min(max(log_step, math.log(self._low)), math.log(self._high))
