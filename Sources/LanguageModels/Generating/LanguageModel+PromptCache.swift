import LMGeneration
import LMRuntime

extension LanguageModel {
  /// Takes what was read of an earlier prompt from `path`, so that a prompt with the same beginning goes on
  /// from there.
  /// - Returns: How many tokens there are; nil where the file does not exist.
  /// - Throws: ``LMError`` where the file is broken or belongs to another model, tokenizer or type of cache.
  @discardableResult
  public func restorePrompt(from path: String) throws(LMError) -> Int? {
    guard FileSystem.kind(of: path) != nil else { return nil }
    let file = PromptCacheFile(fingerprint: try ModelFingerprint(of: place), path: path)
    let sequence = try file.load(folder.model, generator.cacheType)
    generator.kept = sequence
    return sequence.ids.count
  }

  /// Reads `prompt`, as far as it is not known, and saves its keys and values at `path`: whole or not at all.
  ///
  /// A file that holds this prompt, and perhaps more, stays as it is.
  /// - Throws: ``LMError`` where the prompt does not fit the context, or the disk refuses.
  public func savePrompt(_ prompt: String, to path: String) throws(LMError) {
    let ids = try promptIDs(prompt)
    let isKnown = generator.kept?.commonPrefix(with: ids) == ids.count && FileSystem.kind(of: path) != nil
    guard !isKnown else { return }
    _ = try generator.generate(ids, .greedy, maximumTokens: 0)
    guard let sequence = generator.kept else { return }
    let file = PromptCacheFile(fingerprint: try ModelFingerprint(of: place), path: path)
    try file.save(sequence, generator.cacheType)
  }
}
