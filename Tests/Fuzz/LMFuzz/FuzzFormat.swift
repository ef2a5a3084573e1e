import LMRuntime

/// A kind of input that comes from outside: small valid examples, and what reads it.
///
/// An input is a fault of `lm` where reading it ends the process, takes over ``secondsLimit``, or breaks a
/// law of its format. To fuzz another format, add a line to ``all``.
public struct FuzzFormat: Sendable {
  /// Longest time that an input may take.
  public static let secondsLimit = 1.0

  /// The formats that are fuzzed.
  public static let all: [FuzzFormat] =
    [
      FuzzFormat("tokenizer.json", SeedFiles.tokenizerJSON) { try FuzzRunners.tokenizerJSON() },
      FuzzFormat("tokenizer_config.json", SeedFiles.tokenizerConfig) { try FuzzRunners.tokenizerConfig() },
      FuzzFormat("vocab.txt", SeedFiles.vocabularyText) { try FuzzRunners.vocabularyText() },
      FuzzFormat("merges.txt", SeedFiles.merges) { try FuzzRunners.merges() },
      FuzzFormat("tiktoken", SeedFiles.tiktoken) { try FuzzRunners.tiktoken() },
      FuzzFormat("sentencepiece", SeedFiles.sentencePiece) { { FuzzRunners.sentencePiece($0) } },
      FuzzFormat("gguf", SeedFiles.gguf) { { FuzzRunners.gguf($0) } },
      FuzzFormat("gguf-model", SeedFiles.ggufModels) { try FuzzRunners.ggufModel() },
      FuzzFormat("safetensors", FuzzRunners.safeTensorsSeeds) {
        try FuzzRunners.modelFolder("model.safetensors", weights: "model.safetensors")
      },
      FuzzFormat("safetensors-config", FuzzRunners.configSeeds) {
        try FuzzRunners.modelFolder("config.json", weights: "model.safetensors")
      },
      FuzzFormat("safetensors-index", FuzzRunners.indexSeeds) {
        try FuzzRunners.modelFolder("model.safetensors.index.json", weights: "model-1.safetensors")
      },
      FuzzFormat("chat-template", SeedFiles.chatTemplates) { { FuzzRunners.chatTemplate($0) } },
      FuzzFormat("pattern", SeedFiles.patterns) { { FuzzRunners.pattern($0) } },
      FuzzFormat("grammar", SeedFiles.grammars) { { FuzzRunners.grammar($0) } },
      FuzzFormat("json-schema", SeedFiles.jsonSchemas) { { FuzzRunners.jsonSchema($0) } },
    ]
    + FuzzRunners.tokenizers.map { name, load in
      FuzzFormat("text-\(name)", SeedFiles.texts) { FuzzRunners.roundTrip(try load()) }
    }

  /// Its name on the command line.
  public let name: String
  private let seeds: [[UInt8]]
  private let prepare: @Sendable () throws -> (([UInt8]) -> String?)

  /// A format with examples; `prepare` makes what reads an input and returns the law that is broken, if any.
  init(
    _ name: String, _ seeds: [[UInt8]],
    prepare: @escaping @Sendable () throws -> (([UInt8]) -> String?)
  ) {
    self.name = name
    self.seeds = seeds
    self.prepare = prepare
  }

  /// The input with a number: the same for the same seed, on every machine.
  public func input(seed: UInt64, number: Int) -> [UInt8] {
    var stream = RandomStream(seed: seed).split(name).split(number)
    return Mutation.mutated(seeds, &stream)
  }

  /// The fault of the first input in `numbers` that has one; `progress` is called before each input.
  ///
  /// An input that ends the process ends the caller: run this in a process of its own.
  public func firstFault(
    seed: UInt64, numbers: Range<Int>, progress: (Int) -> Void = { _ in }
  ) throws -> (number: Int, fault: String)? {
    let run = try prepare()
    for number in numbers {
      progress(number)
      let input = input(seed: seed, number: number)
      var (seconds, fault) = Self.timed { run(input) }
      // Once more, for the machine may have been busy.
      if seconds > Self.secondsLimit { (seconds, fault) = Self.timed { run(input) } }
      if seconds > Self.secondsLimit { fault = "takes \(seconds) s for \(input.count) bytes" }
      if let fault { return (number, fault) }
    }
    return nil
  }

  private static func timed(_ body: () -> String?) -> (seconds: Double, fault: String?) {
    let clock = ContinuousClock()
    var fault: String?
    let elapsed = clock.measure { fault = body() }
    return (Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18, fault)
  }
}
