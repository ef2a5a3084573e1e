import LMRuntime
import LMTestSupport
import LMTraining
import Testing

@Suite struct LearningRateScheduleTests {
  private let schedule = LearningRateSchedule(peak: 1e-3, floor: 1e-4, warmupSteps: 100, steps: 2000)

  /// The whole warm-up, the peak, half-way down (the mean of peak and floor), the end and beyond.
  private static let corners: [Int: Double] = [
    0: 1e-3 / 101, 1: 2e-3 / 101, 99: 1e-1 / 101, 100: 1e-3, 1050: 5.5e-4, 2000: 1e-4, 9999: 1e-4,
  ]

  @Test func `rates at the corners`() {
    for (step, expected) in Self.corners {
      #expect(abs(schedule.rate(step) / expected - 1) < 1e-12, "step \(step)")
    }
  }

  @Test func `it rises to the peak and falls to the floor`() {
    let rates = (0...2000).map { schedule.rate($0) }
    #expect(zip(rates[..<101], rates[1..<101]).allSatisfy { $0 < $1 })
    #expect(zip(rates[100...], rates[101...]).allSatisfy { $0 > $1 })
    #expect(rates.max() == 1e-3)
  }

  @Test func `without warm-up it begins at the peak, with nothing but warm-up it stays below`() {
    #expect(LearningRateSchedule(peak: 1, floor: 0, warmupSteps: 0, steps: 10).rate(0) == 1)
    let warm = LearningRateSchedule(peak: 1, floor: 0, warmupSteps: 50, steps: 10)
    #expect((0..<10).allSatisfy { warm.rate($0) > 0 && warm.rate($0) < 1 && warm.rate($0).isFinite })
    #expect(LearningRateSchedule(peak: 1, floor: 0.5, warmupSteps: 10, steps: 10).rate(10) == 1)
    #expect(LearningRateSchedule(peak: 1, floor: 1, warmupSteps: 0, steps: 1).rate(0) == 1)
  }

  private func rates(_ shape: LearningRateSchedule.Shape, warmup: Int = 0, steps: Int = 60) -> [Double] {
    let schedule = LearningRateSchedule(
      peak: 1, floor: 0.1, warmupSteps: warmup, steps: steps, shape: shape)
    return (0...steps).map { schedule.rate($0) }
  }

  @Test(arguments: [0, 7]) func `each shape at its corners`(warmup: Int) {
    let corners: [(LearningRateSchedule.Shape, [Int: Double])] = [
      (.constant, [0: 1, 53: 1]), (.linear, [0: 1, 30: 0.55, 60: 0.1]),
      (.inverseSquareRoot, [0: 1, 3 * max(1, warmup): 0.5]),
      (.step(period: 10, factor: 0.5), [0: 1, 9: 1, 10: 0.5, 29: 0.25, 30: 0.125, 40: 0.1]),
      (.exponential(factor: 0.9), [0: 1, 1: 0.9, 2: 0.81, 50: 0.1]),
      (.cyclic(period: 8), [0: 0.1, 4: 1, 8: 0.1, 10: 0.55, 12: 1, 14: 0.55]),
      (.restarts(period: 10, factor: 2), [0: 1, 5: 0.55, 10: 1, 20: 0.55, 30: 1, 50: 0.55]),
      (.restarts(period: 10, factor: 1), [0: 1, 5: 0.55, 10: 1, 15: 0.55, 30: 1]),
      (.warmupStableDecay(period: 20), [0: 1, 39: 1, 40: 1, 50: 0.55, 60: 0.1]),
    ]
    for (shape, expected) in corners {
      let all = rates(shape, warmup: warmup, steps: 60 + warmup)
      for (step, rate) in expected {
        #expect(abs(all[warmup + step] - rate) < 1e-12, "\(shape) \(step)")
      }
      for step in 0..<warmup {
        #expect(abs(all[step] - all[warmup] * Double(step + 1) / Double(warmup + 1)) < 1e-12)
      }
    }
  }

  @Test func `far steps cost nothing and stay in range`() {
    for shape in [
      .cyclic(period: 1), .restarts(period: 1, factor: 1), .restarts(period: 1, factor: 1_000_000),
      .warmupStableDecay(period: 1_000_000_000), .step(period: 1, factor: 1e-300),
    ] as [LearningRateSchedule.Shape] {
      let schedule = LearningRateSchedule(
        peak: 1, floor: 0.1, warmupSteps: 3, steps: 1_000_000_000, shape: shape)
      for step in [0, 3, 1000, 999_999_999] { #expect((0...1).contains(schedule.rate(step)), "\(shape)") }
    }
  }

  @Test func `names and their parameters`() throws {
    typealias Shape = LearningRateSchedule.Shape
    for name in Shape.names {
      let shape = try Shape.named(
        name, period: ["step", "cyclic", "restarts", "wsd"].contains(name) ? 5 : nil,
        factor: name == "exponential" ? 0.9 : nil, steps: 100)
      #expect(shape.name == name)
    }
    #expect(try Shape.named("wsd", steps: 100) == .warmupStableDecay(period: 20))
    #expect(try Shape.named("step", period: 9, steps: 100) == .step(period: 9, factor: 0.5))
    let refused: [(String, Int?, Double?, String, String)] = [
      ("cosin", nil, nil, "--schedule", "is unknown"),
      ("cosine", 5, nil, "--schedule-period", "is not part of"),
      ("wsd", nil, 0.5, "--schedule-factor", "is not part of"),
      ("cyclic", nil, nil, "--schedule-period", "is missing"),
      ("cyclic", 0, nil, "--schedule-period", "is 0"), ("step", -3, nil, "--schedule-period", "is -3"),
      ("step", 3, 0, "--schedule-factor", "is 0"),
      ("exponential", nil, nil, "--schedule-factor", "is missing"),
      ("exponential", nil, .nan, "--schedule-factor", "is nan"),
      ("exponential", nil, 1.1, "--schedule-factor", "is 1.1"),
      ("restarts", 5, 1.5, "--schedule-factor", "is 1.5"), ("restarts", 5, 0, "--schedule-factor", "is 0"),
      ("restarts", 5, .infinity, "--schedule-factor", "is inf"),
      ("wsd", .max, nil, "--schedule-period", "is "),
    ]
    for (name, period, factor, flag, part) in refused {
      let error = #expect(throws: LMError.self, "\(name) \(flag)") {
        try Shape.named(name, period: period, factor: factor, steps: 100)
      }
      #expect(error?.place == flag && error?.kind == .usage && error?.problem.contains(part) == true)
    }
  }

  private static let python = Python.interpreter(finding: ["torch"])

  /// Double precision on both sides; torch's cosine is a recursion that gathers roundings.
  @Test(.enabled(if: python != nil, "no Python with torch (LM_PYTHON)"))
  func `rates are those of torch's schedulers`() throws {
    let temporary = TemporaryDirectory()
    let cases: [(LearningRateSchedule.Shape, floor: Double, python: String)] = [
      (.constant, 0, "S.ConstantLR(o, 1)"),
      (.linear, 0.1, "S.LinearLR(o, 1, .1, 200)"),
      (.cosine, 0.1, "S.CosineAnnealingLR(o, 200, .1)"),
      (.step(period: 30, factor: 0.7), 0, "S.StepLR(o, 30, .7)"),
      (.exponential(factor: 0.97), 0, "S.ExponentialLR(o, .97)"),
      (.cyclic(period: 24), 0.1, "S.CyclicLR(o, .1, 1, 12, cycle_momentum=False)"),
      (.cyclic(period: 25), 0.1, "S.CyclicLR(o, .1, 1, 12.5, cycle_momentum=False)"),
      (.restarts(period: 20, factor: 1), 0.1, "S.CosineAnnealingWarmRestarts(o, 20, 1, .1)"),
      (.restarts(period: 20, factor: 2), 0.1, "S.CosineAnnealingWarmRestarts(o, 20, 2, .1)"),
    ]
    let calls = cases.map { "lambda o: \($0.python)" }.joined(separator: ",\n  ")
    let script = """
      import sys, warnings, numpy, torch, torch.optim.lr_scheduler as S
      warnings.simplefilter("ignore")
      rates = []
      for make in [
        \(calls)
      ]:
          o = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
          s = make(o)
          for _ in range(200):
              rates.append(float(o.param_groups[0]["lr"]))
              o.step()
              s.step()
      numpy.array(rates).tofile(sys.argv[1])
      """
    try #require(Python.run(try #require(Self.python), ["-c", script, temporary("rates")]) == 0)
    let expected = try MappedFile(temporary("rates")).withBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
    try #require(expected.count == 200 * cases.count)
    for (index, one) in cases.enumerated() {
      let schedule = LearningRateSchedule(
        peak: 1, floor: one.floor, warmupSteps: 0, steps: 200, shape: one.0)
      let own = (0..<200).map { schedule.rate($0) }
      #expect(relativeError(own, Array(expected[200 * index..<200 * (index + 1)])) < 1e-10, "\(one.python)")
    }
  }
}
