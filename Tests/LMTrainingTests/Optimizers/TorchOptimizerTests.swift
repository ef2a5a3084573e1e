import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTraining
import Testing

/// Every optimizer, penalty and way of clipping against torch, step for step.
@Suite struct TorchOptimizerTests {
  static let python = Python.interpreter(finding: ["torch", "numpy"])
  private let temporary = TemporaryDirectory()
  private static let steps = 100

  private struct Case {
    let name: String
    let settings: any OptimizerSettings
    /// Python: the optimizers of `matrices` and `vectors` with the learning rate `lr`.
    let python: String
    var change: (inout OptimizerSample) -> Void = { _ in }
    /// Python: changes the gradients of all parameters `p` before the step.
    var gradients = "pass"
  }

  /// torch's `weight_decay` for matrices only.
  private static func both(_ name: String, _ arguments: String, decay: Double = 0) -> String {
    "[O.\(name)([dict(params=matrices, weight_decay=\(decay)), dict(params=vectors, weight_decay=0)], lr, \(arguments))]"
  }

  private static var cases: [Case] {
    [
      Case(name: "adamw", settings: AdamW(), python: both("AdamW", "betas=(.9, .99)", decay: 0.1)),
      Case(
        name: "adamw-other", settings: AdamW(beta1: 0.8, beta2: 0.95, epsilon: 1e-4, weightDecay: 0.5),
        python: both("AdamW", "betas=(.8, .95), eps=1e-4", decay: 0.5)),
      Case(
        name: "clipped", settings: AdamW(), python: both("AdamW", "betas=(.9, .99)", decay: 0.1),
        change: {
          $0.maximumNorm = 0.7
          $0.context.gradients.limit = 0.03
        },
        gradients: "torch.nn.utils.clip_grad_norm_(p, .7); torch.nn.utils.clip_grad_value_(p, .03)"),
      Case(name: "adam", settings: Adam(), python: both("Adam", "")),
      Case(
        name: "adam-l2", settings: Adam(), python: both("Adam", "", decay: 0.1),
        change: { $0.context.gradients.l2 = 0.1 }),
      Case(
        name: "adam-l1", settings: Adam(), python: both("Adam", ""),
        change: { $0.context.gradients.l1 = 0.05 },
        gradients: "[q.grad.add_(q.data.sign(), alpha=.05) for q in matrices]"),
      Case(name: "nadam", settings: NAdam(), python: both("NAdam", "")),
      Case(
        name: "nadam-l2", settings: NAdam(Adam(beta1: 0.8)),
        python: both("NAdam", "betas=(.8, .999)", decay: 0.2),
        change: { $0.context.gradients.l2 = 0.2 }),
      Case(name: "sgd", settings: SGD(), python: both("SGD", "momentum=.9")),
      Case(
        name: "sgd-plain-l2", settings: SGD(momentum: 0), python: both("SGD", "", decay: 0.1),
        change: { $0.context.gradients.l2 = 0.1 }),
      Case(
        name: "sgd-nesterov", settings: SGD(momentum: 0.8, isNesterov: true),
        python: both("SGD", "momentum=.8, nesterov=True")),
      Case(
        name: "sgd-dampened", settings: SGD(momentum: 0.8, dampening: 0.3),
        python: both("SGD", "momentum=.8, dampening=.3")),
      Case(name: "adagrad", settings: AdaGrad(), python: both("Adagrad", "")),
      Case(
        name: "adadelta", settings: Adadelta(), python: both("Adadelta", ""),
        change: { $0.learningRate = 1 }),
      Case(name: "rmsprop", settings: RMSProp(), python: both("RMSprop", "")),
      Case(
        name: "rmsprop-both", settings: RMSProp(momentum: 0.8, isCentered: true),
        python: both("RMSprop", "momentum=.8, centered=True")),
      Case(
        name: "lion", settings: Lion(weightDecay: 0.2),
        python: "[Lion(matrices, lr, .2), Lion(vectors, lr, 0)]",
        change: { $0.learningRate = 1e-3 }),
      Case(name: "adafactor", settings: Adafactor(), python: both("Adafactor", "")),
      Case(
        name: "adafactor-decay", settings: Adafactor(weightDecay: 0.1),
        python: both("Adafactor", "", decay: 0.1), change: { $0.learningRate = 0.2 }),
      Case(
        name: "muon", settings: Muon(adamWLearningRate: 3e-3),
        python: "[O.Muon(matrices, lr), O.AdamW(vectors, .3 * lr, betas=(.9, .99), weight_decay=0)]"),
      Case(
        name: "muon-matched", settings: Muon(momentum: 0.9, weightDecay: 0.2, scale: .matchAdamW),
        python: """
          [O.Muon(matrices, lr, momentum=.9, weight_decay=.2, adjust_lr_fn="match_rms_adamw"),
           O.AdamW(vectors, .1 * lr, betas=(.9, .99), weight_decay=0)]
          """),
    ]
  }

  /// Lion is not in torch: its formula (arXiv 2302.06675). torch's Newton–Schulz runs in bf16; here in float32.
  private static let prologue = """
    import inspect, sys, numpy, torch, torch.optim as O, torch.optim._muon as muon
    folder, Tensor = sys.argv[1], torch.Tensor
    torch.set_num_threads(1)
    exec(inspect.getsource(muon._zeropower_via_newtonschulz).replace("grad.bfloat16()", "grad.clone()"))
    muon._zeropower_via_newtonschulz = _zeropower_via_newtonschulz

    class Lion(O.Optimizer):
        def __init__(self, params, lr, decay): super().__init__(params, dict(lr=lr, decay=decay))
        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    m = self.state[p].setdefault("m", torch.zeros_like(p))
                    direction = (0.9 * m + (1 - 0.9) * p.grad).sign()
                    p.mul_(1 - group["lr"] * group["decay"]).add_(direction, alpha=-group["lr"])
                    m.mul_(0.99).add_(p.grad, alpha=1 - 0.99)

    def run(name, lr, make, prepare, shapes, values, stream):
        p = [torch.nn.Parameter(torch.tensor(v).reshape(s)) for s, v in zip(shapes, values)]
        matrices = [q for q in p if q.dim() > 1]
        vectors = [q for q in p if q.dim() < 2]
        optimizers = make(matrices, vectors, lr)
        initial = [[g["lr"] for g in o.param_groups] for o in optimizers]
        with open(f"{folder}/{name}.out", "wb") as out:
            for step, gradients in enumerate(stream):
                for q, g in zip(p, gradients): q.grad = torch.tensor(g).reshape(q.shape)
                prepare(p, matrices)
                for o, rates in zip(optimizers, initial):
                    for group, rate in zip(o.param_groups, rates): group["lr"] = rate * (1 - 0.005 * step)
                    o.step()
                for q in p: out.write(q.detach().numpy().tobytes())

    """

  private func floats(_ path: String) throws -> [Float] {
    try MappedFile(path).withBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  private func write(_ name: String, _ tensors: [Tensor]) throws {
    try temporary.write(
      name, tensors.flatMap { $0.toArray().flatMap { withUnsafeBytes(of: $0) { Array($0) } } })
  }

  /// 10⁻⁵: roundings of 6·10⁻⁸, a hundred times a few.
  @Test(.enabled(if: python != nil, "no Python with torch (LM_PYTHON)"))
  func `after each of a hundred steps the parameters are torch's`() throws {
    let sample = OptimizerSample.small
    try write("values.bin", sample.parameters().map(\.value))
    try write(
      "stream.bin",
      (0..<Self.steps).flatMap { step in sample.shapes.indices.map { sample.gradient($0, step: step) } })
    var script =
      Self.prologue + """
        shapes = \(sample.shapes)
        sizes = [int(numpy.prod(s)) for s in shapes]
        ends = numpy.cumsum(sizes)
        def split(row): return [row[e - n:e].copy() for e, n in zip(ends, sizes)]
        values = split(numpy.fromfile(folder + "/values.bin", numpy.float32))
        rows = numpy.fromfile(folder + "/stream.bin", numpy.float32).reshape(\(Self.steps), -1)
        stream = [split(row) for row in rows]

        """
    for one in Self.cases {
      var changed = sample
      one.change(&changed)
      script += """
        run("\(one.name)", \(changed.learningRate), lambda matrices, vectors, lr: \(one.python),
            lambda p, matrices: (\(one.gradients == "pass" ? "None" : one.gradients.replacing(";", with: ","))),
            shapes, values, stream)

        """
    }
    let path = try temporary.write("run.py", Array(script.utf8))
    try #require(Python.run(try #require(Self.python), [path, temporary.path]) == 0)

    for one in Self.cases {
      var sample = sample
      one.change(&sample)
      let expected = try floats(temporary("\(one.name).out"))
      let parameters = sample.parameters()
      let optimizer = one.settings.optimizer(parameters, sample.context(parameters))
      var position = 0
      var worst = 0.0
      sample.run(optimizer, parameters, steps: 0..<Self.steps) { _ in
        for parameter in parameters {
          let next = position + parameter.value.elementCount
          worst = max(
            worst, relativeError(doubles(parameter.value), expected[position..<next].map(Double.init)))
          position = next
        }
      }
      #expect(position == expected.count)
      #expect(worst < 1e-5, "\(one.name): \(worst)")
      // The law above holds for steps that change something.
      let moved = relativeError(
        parameters.flatMap { doubles($0.value) }, sample.parameters().flatMap { doubles($0.value) })
      #expect(moved > 1e-3, "\(one.name) moved by \(moved)")
    }
  }
}
