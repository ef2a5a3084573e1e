import LMFormats
import LMRuntime
import LMTensor
import LMTransformer

/// Saves and restores a ``Trainer``: weights, optimizer and state, so that training goes on bit for bit.
public struct TrainingCheckpoint {
  /// Everything that decides about the bits of a run, by name: model, recipe, data. A checkpoint of another
  /// run is refused.
  public let fingerprint: JSONObject
  private let directory: CheckpointDirectory
  private static let weights = "model.safetensors"
  private static let optimizer = "optimizer.safetensors"

  /// Checkpoints in `path`, the newest two kept.
  public init(_ path: String, fingerprint: JSONObject) throws(LMError) {
    self.fingerprint = fingerprint
    directory = try CheckpointDirectory(path)
  }

  /// Bytes of one checkpoint of `trainer`, about.
  private func size(_ trainer: Trainer) -> Int {
    let state = trainer.optimizer.namedTensors()
    let stateBytes = state.names.reduce(0) { $0 + (state[$1]?.byteCount ?? 0) }
    return trainer.model.configuration.parameterCount * 4 + stateBytes + (1 << 20)
  }

  /// Checks before the first step that a checkpoint will fit the disk twice.
  public func requireSpace(_ trainer: Trainer) throws(LMError) {
    try directory.requireSpace(forBytes: size(trainer))
  }

  /// Saves `trainer` whole, or nothing. The checkpoint is a model folder too, of lm's own where the family's
  /// files would lose bits (Gemma).
  /// - Parameter folder: describes the model, for `config.json`.
  public func save(_ trainer: Trainer, _ config: ModelConfigFile) throws(LMError) {
    let config = config.exact
    var state = trainer.state.json
    state["fingerprint"] = .object(fingerprint)
    try directory.save(step: trainer.state.step, state: state, expectedBytes: size(trainer)) {
      files throws(LMError) in
      try files.add("config.json") { file throws(LMError) in try file.write(config.json.serialized(.pretty)) }
      let weights = trainer.model.namedTensors(config.family)
      try files.add(Self.weights) { file throws(LMError) in try weights.write(to: file) }
      let state = trainer.optimizer.namedTensors()
      try files.add(Self.optimizer) { file throws(LMError) in try state.write(to: file) }
    }
  }

  /// Restores the newest whole checkpoint into `trainer`.
  /// - Parameter onRejected: is told of newer ones that are damaged.
  /// - Returns: false where there is no checkpoint at all.
  /// - Throws: ``LMError`` where the checkpoint is of another run, or every one is damaged.
  public func restore(
    _ trainer: Trainer, _ config: ModelConfigFile, onRejected: (RejectedCheckpoint) -> Void
  ) throws(LMError) -> Bool {
    let (found, rejected) = try directory.latestValid()
    rejected.forEach(onRejected)
    guard let found else {
      guard let first = rejected.first else { return false }
      throw first.reason
    }
    try restore(trainer, config, from: found)
    return true
  }

  /// Restores the checkpoint in the folder `path`, a `step-N` of this or another run's `training/`.
  /// - Throws: ``LMError`` where it is damaged or of another run.
  public func restore(_ trainer: Trainer, _ config: ModelConfigFile, fromFolder path: String) throws(LMError)
  {
    var trimmed = path[...]
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    let parent = FileSystem.parent(of: String(trimmed))
    let name = trimmed.split(separator: "/").last ?? ""
    guard FileSystem.kind(of: String(trimmed)) == .directory, name.hasPrefix("step-"),
      let step = Int(name.dropFirst("step-".count))
    else {
      throw LMError(at: path, "is no checkpoint", remedy: "give a folder training/step-N, or --resume auto")
    }
    try restore(trainer, config, from: try CheckpointDirectory(parent).verified(step: step))
  }

  private func restore(_ trainer: Trainer, _ config: ModelConfigFile, from found: Checkpoint) throws(LMError)
  {
    let field = JSONField(.object(found.state), in: "\(found.path)/manifest.json")
    let saved = try field["fingerprint"].object()
    let names = fingerprint.members.map(\.key) + saved.members.map(\.key)
    if let name = names.first(where: { fingerprint[$0] != saved[$0] }) {
      let (before, now) = (saved[name]?.text() ?? "unknown", fingerprint[name]?.text() ?? "unknown")
      throw LMError(
        at: found.path, "belongs to another run: \(name) was \(before) and is \(now) now",
        remedy: "repeat the command of that run, or give another --out")
    }
    let weights = try found.path(of: Self.weights)
    let optimizer = try found.path(of: Self.optimizer)
    try trainer.model.load(
      try NamedTensors.load([try SafeTensorsFile(weights)]), config.exact.family, from: weights)
    let state = try TrainingState(field)
    try trainer.optimizer.load(
      try NamedTensors.load([try SafeTensorsFile(optimizer)]), step: state.updates, from: optimizer)
    trainer.state = state
  }
}
